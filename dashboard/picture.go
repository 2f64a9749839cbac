package dashboard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/chart/image"
	"outcomes/metrics"
)

// The endings of the addresses of an indicator's picture, after its name.
const (
	picturePNG = "/chart.png"
	pictureSVG = "/chart.svg"
)

// previewSize asks for the picture that a link's preview shows: with its title
// inside.
const previewSize = "preview"

// pictureScale is how many pixels a PNG has for one of the stylesheet's: enough
// to be printed.
const pictureScale = 2

// reportChartOf is the page's chart as one of a report: the same lines, gaps,
// events and breaks. Process limits and what they mark are the page's only.
func reportChartOf(t trend) metrics.ReportChart {
	ind := t.choice.indicator
	in := t.input()
	in.Limits, in.Marks = nil, nil
	in.Description = t.described(in)
	c := in.Report()
	table := ind.ID + "-" + string(t.choice.kind)
	if t.choice.area != t.strategy.Area.Code {
		table += "-" + t.choice.area
	}
	c.ID, c.TableID = table+"-chart", table
	c.Title = ind.Title
	if f := t.summary.Latest; f != nil && f.Sentence != "" {
		c.Title, _ = lead(f.Sentence)
		c.Title = strings.TrimRight(c.Title, ".:")
	}
	subtitle := []string{measure(ind)}
	if len(t.subject) > 0 {
		subtitle = append(subtitle, areaName(t.subject[0].Area))
	}
	subtitle = append(subtitle, kindBy[t.choice.kind])
	if n := len(t.periods); n > 0 {
		first, last := t.periods[0].Last.Name(), t.periods[n-1].Last.Name()
		if t.choice.kind == metrics.Edition {
			first, last = fmt.Sprint(t.periods[0].Last.Year()), fmt.Sprint(t.periods[n-1].Last.Year())
		}
		if first == last {
			subtitle = append(subtitle, first)
		} else {
			subtitle = append(subtitle, first+" to "+last)
		}
	}
	c.Subtitle = strings.Join(subtitle, ", ")
	if ind.Source != "" {
		c.Source = "Source: " + strings.TrimSuffix(ind.Source, ".")
	}
	return c
}

// pictureURL is the address of the picture of what a page shows.
func (ch choice) pictureURL(ending, size string) string {
	address := indicatorURL(ch.indicator.ID, ending, ch.area, ch.kind, "", showing(ch.kind, ch.show))
	if size != "" {
		address += "&size=" + size
	}
	return address
}

func (s *Server) picture(ending string) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		state, err := s.store.State(ctx)
		if err != nil {
			return fmt.Errorf("the store's state: %w", err)
		}
		ch, err := s.parseChoice(c)
		if err != nil {
			return err
		}
		o := image.Options{Sample: state.Sample, Scale: pictureScale}
		switch size := c.QueryParam("size"); size {
		case "":
		case previewSize:
			o.Title, o.Scale = true, 1
		default:
			return metrics.Errorf(metrics.Invalid, "The size %q is not known. Use %s, or none.", size, previewSize)
		}
		t, ok, err := s.trend(ctx, ch)
		if err != nil {
			return err
		}
		if !ok || ch.ext != "" {
			return metrics.Errorf(metrics.NotFound, "There is no chart of %q for the area %q: it has no figure yet.", ch.indicator.Title, ch.area)
		}
		chart := reportChartOf(t)
		var document bytes.Buffer
		if err := image.SVG(&document, chart, o); err != nil {
			return err
		}
		// The two are the same picture, and the SVG is made in a moment: what a
		// browser holds already is found without drawing the PNG.
		sum := sha256.Sum256(document.Bytes())
		etag := `"` + hex.EncodeToString(sum[:8]) + ending[len(ending)-3:] + `"`
		header := c.Response().Header()
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", etag)
		if held(c.Request(), etag) {
			return c.NoContent(http.StatusNotModified)
		}
		header.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", chart.ID+ending[len(ending)-4:]))
		if ending == pictureSVG {
			return c.Blob(http.StatusOK, "image/svg+xml", document.Bytes())
		}
		var pixels bytes.Buffer
		if err := image.PNG(&pixels, chart, o); err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "image/png", pixels.Bytes())
	}
}

// trend reads what the chart of a choice is made of; ok is false where there is
// nothing to draw.
func (s *Server) trend(ctx context.Context, ch choice) (t trend, ok bool, err error) {
	figures, err := s.shown(ctx, ch)
	if err != nil {
		return t, false, err
	}
	summary := metrics.IndicatorSummaryOf(ch.indicator, ch.area, ch.kind, figures)
	if summary.Latest == nil {
		return t, false, nil
	}
	subject, beside := split(figures, ch.area)
	return trendOf(s.strategy, ch, summary, subject, beside, metrics.Signal{}), true, nil
}

// preview is what other programs show of a link to a page. It is given where
// everybody may read the page.
type preview struct {
	Title, Description string
	URL                string // "" where the server does not know its own address
	Image, Alt         string // the picture's address is absolute where the server knows its own
}

func (s *Server) previewOf(ch choice, t trend, sample bool) *preview {
	if !s.publicViewing {
		return nil
	}
	site := ""
	if s.accounts != nil {
		site = strings.TrimSuffix(s.accounts.PublicURL, "/")
	}
	c := reportChartOf(t)
	words := strings.Join(slices.DeleteFunc([]string{c.Subtitle, c.Source}, func(s string) bool { return s == "" }), ". ") + "."
	if sample {
		words, c.Alt = "Invented data. "+words, "Invented data. "+c.Alt
	}
	p := &preview{Title: c.Title, Description: words, Image: site + ch.pictureURL(picturePNG, previewSize), Alt: c.Alt}
	if site != "" {
		p.URL = site + ch.address(ch.area, ch.kind, ch.view, ch.show)
	}
	return p
}
