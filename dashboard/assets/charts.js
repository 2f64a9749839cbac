// Draws the charts of the page with ECharts from the options that stand in it
// as JSON. Nothing here comes from data but text and numbers: formatters are
// the functions below, chosen by name. Without this file the drawings of the
// server stay.
(function () {
  "use strict";

  const narrow = 560; // pixels; below it markers are letters and labels fewer
  const rowHeight = 20;

  // Numbers for the tooltip, by the chart's own decimals.
  const formatters = {
    trend: (doc) => (items) => {
      const points = items.filter((item) => item.data && item.data.name);
      if (points.length === 0) return "";
      const name = points[0].data.name;
      const lines = [name.charAt(0).toUpperCase() + name.slice(1)];
      const at = points[0].data.value[0];
      for (const item of points) {
        const value = item.data.value[1];
        lines.push(item.seriesName + ": " + (value === "-" ? "no figure" : write(doc, value)));
        const limits = item.seriesId === "subject" && doc.bands.flat().find((p) => p.at === at);
        if (limits) lines.push("95% interval: " + write(doc, limits.lower) + " to " + write(doc, limits.upper));
      }
      const mark = doc.marks.find((m) => m.at === at);
      if (mark) lines.push(mark.words.charAt(0).toUpperCase() + mark.words.slice(1));
      return lines.join("\n");
    },
  };

  function write(doc, value) {
    const words = Math.abs(value).toLocaleString("en-GB", { minimumFractionDigits: doc.decimals, maximumFractionDigits: doc.decimals });
    return (value < 0 ? "-" : "") + (doc.pounds ? "£" : "") + words + (doc.percent ? "%" : "");
  }

  // The tokens of the stylesheet, so that light and dark are decided there.
  function tokens() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue("--" + name).trim();
    return { ink: of("ink"), paper: of("paper"), line: of("line"), axis: of("axis"), event: of("event"), gap: of("gap"), subject: of("subject"), beside: of("beside"), similar: of("similar"), england: of("england"), target: of("target"), band: of("band"), limit: of("limit"), better: of("better"), worse: of("worse"), sans: of("sans") };
  }

  const pen = document.createElement("canvas").getContext("2d");
  function measure(text, font) {
    pen.font = font;
    return pen.measureText(text).width;
  }

  // Gives each label a row above the plot so that it neither covers another
  // nor is struck through by another's line. The server's drawing does the same.
  function place(labels, width) {
    const span = (l) => (l.before ? [l.x - l.width, l.x] : [l.x, l.x + l.width]);
    const free = (l, others) => {
      const [from, to] = span(l);
      return others.every((o) => {
        const [ofrom, oto] = span(o);
        if (l.row === o.row && from < oto && ofrom < to) return false;
        if (o.row >= l.row && o.x > from && o.x < to) return false;
        return !(l.row >= o.row && l.x > ofrom && l.x < oto);
      });
    };
    const fits = (i, rows) => {
      if (i < 0) return true;
      const l = labels[i];
      for (l.row = 0; l.row < rows; l.row++) {
        for (l.before of [false, true]) {
          const [from, to] = span(l);
          if (from >= 0 && to <= width && free(l, labels.slice(i + 1)) && fits(i - 1, rows)) return true;
        }
      }
      return false;
    };
    if (labels.length <= 6) {
      for (let rows = 0; rows <= labels.length; rows++) {
        if (fits(labels.length - 1, rows)) return rows;
      }
    }
    let rows = 0;
    for (let i = labels.length - 1; i >= 0; i--) {
      const l = labels[i];
      l.before = false;
      for (l.row = 0; l.row < labels.length && !free(l, labels.slice(i + 1)); l.row++);
      rows = Math.max(rows, l.row + 1);
    }
    return rows;
  }

  // The options for this width and these colours.
  function fit(doc, width, height) {
    const t = tokens();
    const option = structuredClone(doc.option);
    const small = width < narrow;
    const left = 52, right = small ? 92 : 150, bottom = 52;
    const font = "14px " + t.sans;
    option.textStyle = { fontFamily: t.sans };

    // the axes
    const x = option.xAxis[0], y = option.yAxis[0];
    const plot = width - left - right;
    const px = (at) => left + ((at - x.min) / (x.max - x.min)) * plot;
    let every = 1;
    for (const step of [1, 2, 4, 8, 12, 20, 40]) {
      every = step;
      if ((doc.ticks.length / step) * 44 <= plot) break;
    }
    const labels = new Map(doc.ticks.map((tick) => [tick.at, tick.label]));
    const shown = doc.ticks.filter((_, i) => (doc.ticks.length - 1 - i) % every === 0).map((tick) => tick.at);
    x.axisLabel = Object.assign({}, x.axisLabel, { customValues: shown, formatter: (at) => (labels.get(at) || "").replace(" ", "\n"), lineHeight: 17, color: t.axis, fontSize: 14, showMinLabel: true, showMaxLabel: true, hideOverlap: false });
    x.axisTick = { show: true, customValues: shown, lineStyle: { color: t.axis } };
    x.axisLine.lineStyle.color = t.axis;
    const values = new Map(doc.yTicks.map((tick) => [tick.at.toFixed(6), tick.label]));
    y.axisLabel = Object.assign({}, y.axisLabel, { customValues: doc.yTicks.map((tick) => tick.at), formatter: (at) => values.get(at.toFixed(6)) || "", color: t.axis, fontSize: 14 });
    y.axisTick = { show: false };
    y.splitLine.lineStyle.color = t.line;
    option.tooltip = Object.assign({}, option.tooltip, { renderMode: "richText", confine: true, backgroundColor: t.paper, borderColor: t.axis, textStyle: { color: t.ink, fontSize: 14, fontFamily: t.sans }, axisPointer: { type: "line", lineStyle: { color: t.axis, type: "dotted" } } });

    // the markers, each to a row of its own above the plot
    const letters = small || doc.crowded;
    const markers = doc.markers.map((m) => {
      const text = letters ? m.key : m.label;
      return { x: px(m.at), width: measure(text, font) + 10, text: text, at: m.at, dashed: m.break, until: m.until };
    });
    const rows = place(markers, width);
    const top = 22 + rows * rowHeight;
    option.grid = { left: left, right: right, top: top, bottom: bottom, containLabel: false };

    const dashes = { subject: "solid", beside: [7, 5], similar: [1, 5], england: [10, 4, 2, 4], target: [12, 6] };
    const half = 24; // of the width of a gap's label
    for (const series of option.series) {
      const subject = series.id === "subject";
      const colour = t[series.id] || t.beside;
      series.lineStyle.color = colour;
      series.lineStyle.type = dashes[series.id] || "solid";
      series.lineStyle.cap = series.id === "similar" ? "round" : "butt";
      series.itemStyle.color = colour;
      series.emphasis = { disabled: true };
      series.cursor = "default";
      series.z = subject ? 4 : 3;
      const hollow = { color: t.paper, borderColor: colour, borderWidth: 2 }; // provisional
      if (subject) {
        for (const point of series.data) {
          if (point.name && doc.hollow.includes(point.value[0])) point.itemStyle = hollow;
        }
      }
      if (series.markArea) {
        series.markArea.silent = true;
        series.markArea.itemStyle = { color: t.gap, opacity: 1 };
        for (const area of series.markArea.data) {
          area[0].name = area[0].name.replace(" ", "\n");
          const from = px(area[0].xAxis), to = px(area[1].xAxis), middle = (from + to) / 2;
          const crossed = (at) => markers.some((m) => Math.abs(m.x - at) < half || (m.until > 0 && Math.abs(px(m.until) - at) < half));
          const at = [middle, from + half, to - half].find((at) => !crossed(at) && (at === middle || to - from > 2 * half));
          area[0].label = { show: true, position: "insideTop", offset: [(at ?? middle) - middle, 4], color: t.axis, fontSize: 13, lineHeight: 15, fontFamily: t.sans };
        }
      }
      if (series.markLine) {
        series.markLine = {
          silent: true, animation: false, symbol: ["none", "none"], z: 2,
          data: markers.filter((m) => m.until > 0 && m.until < x.max).map((m) => [
            { coord: [m.until, y.min], lineStyle: { color: t.ink, type: "dashed", width: 1 }, label: { show: false } },
            { coord: [m.until, y.max], label: { show: false } },
          ]).concat(markers.map((m) => [
            { name: m.text, coord: [m.at, y.min], lineStyle: { color: m.dashed ? t.ink : t.event, type: m.dashed ? "dashed" : "solid", width: 1 }, label: { show: true, position: "end", formatter: () => m.text, align: m.before ? "right" : "left", verticalAlign: "top", distance: [m.before ? 5 : -5, 0], padding: m.before ? [0, 5, 0, 0] : [0, 0, 0, 5], color: t.axis, fontSize: 14, fontFamily: t.sans } },
            { coord: [m.at, y.max], y: top - (m.row + 1) * rowHeight + 4 },
          ])),
        };
      }
      if (series.markPoint) {
        const point = series.markPoint.data[0];
        const lines = wrap(point.name, right - 16, "600 15px " + t.sans);
        series.markPoint.silent = true;
        point.itemStyle = subject && doc.hollow.includes(point.coord[0]) ? hollow : { color: colour };
        if (subject && doc.marks.some((m) => m.at === point.coord[0])) point.symbolSize = 0.1; // its mark stands there
        point.label = { show: true, position: "right", distance: 6, formatter: () => lines.join("\n"), lines: lines.length, lineHeight: 17, fontSize: 15, fontWeight: 600, fontFamily: t.sans, color: colour };
      }
      if (subject) mark(series, doc, t, small, { x: px, y: (v) => top + ((y.max - v) / (y.max - y.min)) * (height - top - bottom), left: left, right: width - right });
    }
    behind(option, doc, t, small);
    part(option, { top: top, height: height - top - bottom, y: y });
    return option;
  }

  // Points out of the ordinary: a circle for better, a square for worse, a
  // diamond for neither, with a word where there is room.
  function mark(series, doc, t, small, plot) {
    const shapes = { better: "circle", worse: "rect", none: "diamond" };
    for (const m of doc.marks) {
      const point = series.data.find((d) => d.name && d.value[0] === m.at);
      if (!point) continue;
      const colour = t[m.class] || t.ink;
      point.symbol = shapes[m.class];
      point.symbolSize = m.class === "none" ? 14 : 11;
      point.itemStyle = { color: t.paper, borderColor: colour, borderWidth: 2.5 };
      if (!m.short || small) continue;
      const half = measure(m.short, "13px " + t.sans) / 2, x = plot.x(m.at), y = plot.y(point.value[1]);
      const middle = Math.min(Math.max(x, plot.left + half), plot.right - half);
      const around = series.data.filter((d) => d.value[1] !== "-" && Math.abs(plot.x(d.value[0]) - middle) < half + 6).map((d) => plot.y(d.value[1]));
      const clear = m.high ? Math.min(...around, y) - y : Math.max(...around, y) - y; // of its neighbours
      point.label = { show: true, position: m.high ? "top" : "bottom", offset: [middle - x, clear], formatter: () => m.short, color: colour, fontSize: 13, fontFamily: t.sans, distance: 7, textBorderColor: t.paper, textBorderWidth: 3 };
    }
  }

  // What lies behind the lines: intervals as bands, mean and process limits.
  function behind(option, doc, t, small) {
    for (const points of doc.bands) {
      option.series.push({
        type: "custom", silent: true, z: 1, clip: true, tooltip: { show: false }, data: [[points[0].at, points[0].upper]],
        renderItem: (_, api) => {
          const edge = points.map((p) => api.coord([p.at, p.upper])).concat(points.map((p) => api.coord([p.at, p.lower])).reverse());
          if (points.length === 1) return { type: "line", shape: { x1: edge[0][0], y1: edge[0][1], x2: edge[1][0], y2: edge[1][1] }, style: { stroke: t.band, lineWidth: 9 } };
          return { type: "polygon", shape: { points: edge }, style: { fill: t.band, opacity: 0.75 } };
        },
      });
    }
    doc.limits.forEach((l, i) => {
      const last = i === doc.limits.length - 1;
      for (const [name, value, dash, width] of [["upper limit", l.upper, [8, 4], 1.25], ["mean", l.mean, [2, 4], 1], ["lower limit", l.lower, [8, 4], 1.25]]) {
        const text = (small ? name.replace(/^(upper|lower) /, "") : name) + " " + write(doc, value);
        const series = { type: "line", silent: true, z: 2, symbol: "none", animation: false, data: [[l.from, value], [l.to, value]], lineStyle: { color: t.limit, type: dash, width: width } };
        if (last) series.markPoint = { silent: true, symbol: "circle", symbolSize: 0.1, data: [{ coord: [l.to, value], itemStyle: { color: t.limit }, label: { show: true, position: "right", distance: 5, formatter: () => text, lines: 1, lineHeight: 15, fontSize: 13, fontFamily: t.sans, color: t.axis } }] };
        option.series.push(series);
      }
    });
  }

  // Breaks a text into lines that are no wider than the room, and a word that
  // is wider within itself.
  function wrap(text, room, font) {
    const lines = [];
    let line = "";
    for (let word of text.split(" ")) {
      const longer = line ? line + " " + word : word;
      if (measure(longer, font) <= room) {
        line = longer;
        continue;
      }
      if (line) lines.push(line);
      while (measure(word, font) > room && word.length > 1) {
        let end = word.length - 1;
        while (end > 1 && measure(word.slice(0, end), font) > room) end--;
        lines.push(word.slice(0, end));
        word = word.slice(end);
      }
      line = word;
    }
    return line ? lines.concat(line) : lines;
  }

  // Moves the labels at the lines' ends apart where they would touch.
  function part(option, plot) {
    const ends = option.series.filter((s) => s.markPoint).map((s) => {
      const point = s.markPoint.data[0];
      return { label: point.label, at: plot.top + ((plot.y.max - point.coord[1]) / (plot.y.max - plot.y.min)) * plot.height, tall: point.label.lines * 17 };
    });
    const place = ends.map((e) => Object.assign(e, { was: e.at })).sort((a, b) => a.at - b.at);
    for (let round = 0, moved = true; moved && round < 30; round++) {
      moved = false;
      for (let i = 1; i < place.length; i++) {
        const above = place[i - 1], below = place[i];
        const push = ((above.tall + below.tall) / 2 + 1 - (below.at - above.at)) / 2;
        if (push > 0.25) {
          above.at -= push;
          below.at += push;
          moved = true;
        }
      }
      if (place.length > 0) {
        const last = place[place.length - 1], floor = plot.top + plot.height;
        last.at = Math.min(last.at, floor - last.tall / 2 + 8);
      }
    }
    for (const e of place) e.label.offset = [0, e.at - e.was];
  }

  function start(element) {
    const source = document.getElementById(element.dataset.options);
    if (!source) return;
    const doc = JSON.parse(source.textContent);
    const box = element.closest(".chart");
    element.hidden = false;
    box.classList.add("live");
    const chart = window.echarts.init(element, null, { renderer: "canvas" });
    const draw = () => {
      if (element.clientWidth === 0) return; // not shown, as in print
      chart.resize();
      const option = fit(doc, element.clientWidth, element.clientHeight);
      option.tooltip.formatter = formatters[element.dataset.chart](doc);
      chart.setOption(option, { notMerge: true });
    };
    draw();
    let pending = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(pending);
      pending = requestAnimationFrame(draw);
    }).observe(element);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    if (document.fonts) document.fonts.ready.then(draw);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    });
  }

  if (!window.echarts) return;
  document.querySelectorAll("[data-chart]").forEach((element) => {
    try {
      start(element);
    } catch (error) { // the server's drawing is as good
      element.hidden = true;
      element.closest(".chart").classList.remove("live");
      throw error;
    }
  });
})();
