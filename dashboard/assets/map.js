// Draws the map with ECharts on our own outlines: it fetches them, registers
// them, and lets the pointer ask an area for its figures. Without this file
// the drawing of the server stays; the table has the same, by keyboard.
(function () {
  "use strict";

  const fills = { c1: "m1", c2: "m2", c3: "m3", c4: "m4", c5: "m5", plain: "m-plain", gone: "m-none", hot99: "m-hot99", hot95: "m-hot95", cold99: "m-cold", cold95: "m-cold" };

  // The tokens of the stylesheet, so that light and dark are decided there.
  function tokens() {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue("--" + name).trim();
  }

  // A class's shade with its pattern over it, as an image that repeats.
  function pattern(kind, t, fill) {
    const size = { dense: 7, wide: 13, dots: 10, cross: 10 }[kind];
    const scale = Math.max(1, Math.round(window.devicePixelRatio || 1));
    const tile = document.createElement("canvas");
    tile.width = tile.height = size * scale;
    const pen = tile.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = fill;
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = pen.fillStyle = kind === "cross" ? t("axis") : t("m-ink");
    pen.lineWidth = { dense: 2, wide: 1.6, cross: 0.7 }[kind] || 1;
    pen.beginPath();
    if (kind === "dots") {
      pen.arc(size / 2, size / 2, 1.6, 0, 2 * Math.PI);
      pen.fill();
    } else {
      for (const shift of [-size, 0, size]) { // beyond the tile, so that it joins itself
        pen.moveTo(shift - 1, size + 1);
        pen.lineTo(shift + size + 1, -1);
        if (kind === "cross") {
          pen.moveTo(shift - 1, -1);
          pen.lineTo(shift + size + 1, size + 1);
        }
      }
      pen.stroke();
    }
    return { image: tile, repeat: "repeat", scaleX: 1 / scale, scaleY: 1 / scale };
  }

  function start(element, outlines, doc) {
    const echarts = window.echarts;
    const box = element.closest(".chart");
    // The rim is the same shapes with a thicker line, behind: a map of its own.
    echarts.registerMap("rim", structuredClone(outlines));
    const data = doc.option.series[0].data;
    let picked = "";
    // Shapes are drawn in their order: what stands out last, so that its line is whole.
    const order = () => {
      const rank = new Map(data.map((d) => [d.name, d.class.startsWith("hot") ? 1 : 0]));
      rank.set(picked, 2);
      const features = outlines.features.slice().sort((a, b) => (rank.get(a.properties.code) || 0) - (rank.get(b.properties.code) || 0));
      echarts.registerMap("outlines", { type: "FeatureCollection", features: structuredClone(features) });
    };
    order();
    element.hidden = false;
    box.classList.add("live");
    const chart = echarts.init(element, null, { renderer: "canvas" });

    function fit(width, height) {
      const t = tokens();
      const option = structuredClone(doc.option);
      const patterns = {};
      const shade = (d) => {
        const fill = t(fills[d.class] || "m-plain");
        if (!d.pattern) return fill;
        return (patterns[d.class] = patterns[d.class] || pattern(d.pattern, t, fill));
      };
      const across = Math.min(width - 8, (height - 8) * doc.shape);
      const place = { nameProperty: "code", aspectScale: doc.aspect, layoutCenter: ["50%", "50%"], layoutSize: doc.shape > 1 ? across : across / doc.shape, roam: false, selectedMode: false };
      const series = Object.assign(option.series[0], place, {
        map: "outlines", z: 3,
        itemStyle: { areaColor: t("m-none"), borderColor: t("m-edge"), borderWidth: 0.8 },
        label: { show: false },
      });
      series.data = data.map((d) => {
        const fill = shade(d);
        const stands = d.class.startsWith("hot");
        const own = d.name === picked;
        return Object.assign({}, d, {
          itemStyle: { areaColor: fill, borderColor: own || stands ? t("ink") : t("m-edge"), borderWidth: own ? 3 : stands ? 1.6 : 0.8 },
          emphasis: { label: { show: false }, itemStyle: { areaColor: fill, borderColor: t("ink"), borderWidth: 2.5 } },
        });
      });
      const rim = Object.assign({ type: "map", name: "rim" }, place, {
        map: "rim", z: 1, silent: true, data: [], label: { show: false },
        itemStyle: { areaColor: t("axis"), borderColor: t("axis"), borderWidth: 3 },
        emphasis: { disabled: true }, tooltip: { show: false },
      });
      option.textStyle = { fontFamily: t("sans") };
      option.series = [rim, series];
      option.tooltip = Object.assign({}, option.tooltip, {
        trigger: "item", renderMode: "richText", confine: true, backgroundColor: t("paper"), borderColor: t("axis"), transitionDuration: 0,
        textStyle: { color: t("ink"), fontSize: 14 },
        formatter: (item) => (item.data && item.data.words ? wrap(item.data.words, width < 560 ? 38 : 60) : ""),
      });
      return option;
    }

    const draw = () => {
      const width = element.clientWidth;
      if (width === 0) return; // not shown, as in print
      const height = Math.round(width / doc.shape);
      if (element.clientHeight !== height) element.style.height = height + "px";
      chart.resize();
      chart.setOption(fit(width, height), { notMerge: true });
    };
    draw();
    let pending = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(pending);
      pending = requestAnimationFrame(draw);
    }).observe(element);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    });

    // What was pointed at stays under the map, with the way to its page.
    const say = document.querySelector(".picked");
    chart.on("click", (event) => {
      if (!event.data || !event.data.title) return;
      picked = event.data.name;
      order();
      draw();
      if (!say) return;
      const [name, ...rest] = event.data.words.split("\n");
      const link = document.createElement("a");
      link.href = event.data.url || "#map";
      link.textContent = name;
      say.replaceChildren(link, document.createTextNode(": " + rest.join(". ") + "."));
      say.hidden = false;
    });
  }

  // Breaks lines that are longer than so many letters.
  function wrap(text, most) {
    return text.split("\n").map((line) => {
      const out = [];
      let current = "";
      for (const word of line.split(" ")) {
        if (current && current.length + 1 + word.length > most) {
          out.push(current);
          current = word;
        } else {
          current = current ? current + " " + word : word;
        }
      }
      out.push(current);
      return out.join("\n");
    }).join("\n");
  }

  if (!window.echarts) return;
  document.querySelectorAll("[data-map]").forEach(async (element) => {
    const source = document.getElementById(element.dataset.map);
    if (!source) return;
    try {
      const doc = JSON.parse(source.textContent);
      const answer = await fetch(doc.outlines);
      if (!answer.ok) return; // the server's drawing is as good
      start(element, await answer.json(), doc);
    } catch (error) {
      element.hidden = true;
      element.closest(".chart").classList.remove("live");
      throw error;
    }
  });
})();
