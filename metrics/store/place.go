package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"outcomes/metrics"
)

// PlaceMaps gives the maps that there are of an indicator, LSOAs before wards,
// each in order of kind of period and period, without their places.
func (s reading) PlaceMaps(ctx context.Context, indicator string) ([]metrics.PlaceMap, error) {
	var out []metrics.PlaceMap
	err := s.each(ctx, `SELECT kind, period, vintage, status, reason, denominated, notes, spot_reason
		FROM place_map WHERE indicator = ? ORDER BY kind, period_kind, period_end`, func(r *sql.Rows) error {
		m := metrics.PlaceMap{Indicator: indicator}
		var period, notes string
		err := r.Scan(&m.Kind, &period, &m.Vintage, &m.Status, &m.Reason, &m.Denominated, &notes, &m.SpotReason)
		if err != nil {
			return err
		}
		if m.Period, err = metrics.ParsePeriod(period); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(notes), &m.Notes); err != nil {
			return err
		}
		out = append(out, m)
		return nil
	}, indicator)
	if err != nil {
		return nil, failed("read the maps", err)
	}
	return out, nil
}

const placeColumns = `p.indicator, p.kind, p.period, m.vintage, p.area, p.name, p.status, p.reason, p.n, p.residents, p.rate, p.lower, p.upper,
	p.class, p.count_class, p.z, p.spot, p.spot_why, p.years_hot, p.of_years
	FROM place p JOIN place_map m ON m.indicator = p.indicator AND m.kind = p.kind AND m.period = p.period`

func (s reading) places(ctx context.Context, where, order string, args ...any) ([]metrics.Place, error) {
	var out []metrics.Place
	err := s.each(ctx, `SELECT `+placeColumns+` WHERE `+where+` ORDER BY `+order, func(r *sql.Rows) error {
		var p metrics.Place
		var period string
		var n, residents sql.Null[int64]
		var rate, lower, upper, z sql.Null[float64]
		err := r.Scan(&p.Indicator, &p.Kind, &period, &p.Vintage, &p.Code, &p.Name, &p.Status, &p.Reason, &n, &residents, &rate, &lower, &upper,
			&p.Class, &p.CountClass, &z, &p.Spot, &p.SpotWhy, &p.YearsHot, &p.OfYears)
		if err != nil {
			return err
		}
		if p.Period, err = metrics.ParsePeriod(period); err != nil {
			return err
		}
		p.Count, p.Residents = pointer(n), pointer(residents)
		p.Rate, p.Lower, p.Upper, p.Z = pointer(rate), pointer(lower), pointer(upper), pointer(z)
		out = append(out, p)
		return nil
	}, args...)
	if err != nil {
		return nil, failed("read the places", err)
	}
	return out, nil
}

// Places gives an indicator's map in a period (by its code), its areas in order
// of code. A map that is missing has a reason and no places; the error is
// NotFound where there is no such map.
func (s reading) Places(ctx context.Context, indicator, period string, kind metrics.AreaKind) (metrics.PlaceMap, error) {
	maps, err := s.PlaceMaps(ctx, indicator)
	if err != nil {
		return metrics.PlaceMap{}, err
	}
	for _, m := range maps {
		if m.Kind != kind || m.Period.Code() != period {
			continue
		}
		m.Places, err = s.places(ctx, `p.indicator = ? AND p.kind = ? AND p.period = ?`, `p.area`, indicator, kind, period)
		return m, err
	}
	return metrics.PlaceMap{}, metrics.Errorf(metrics.NotFound, "there is no map of %s for %s by %s", indicator, period, kind)
}

// PlaceSeries gives one area's places in all of an indicator's maps, by kind
// of period, oldest first.
func (s reading) PlaceSeries(ctx context.Context, indicator, code string) ([]metrics.Place, error) {
	return s.places(ctx, `p.indicator = ? AND p.area = ?`, `m.period_kind, m.period_end`, indicator, code)
}

// Outlines gives the boundaries of a district's LSOAs or wards of a vintage, in
// order of code. Which areas are the district's is known from the lookups, or
// from the outlines themselves where those say. For wards, vintage 0 is the one
// that fits the lookup best.
func (s reading) Outlines(ctx context.Context, lad string, kind metrics.AreaKind, vintage int) ([]metrics.Outline, error) {
	list, err := s.outlinesOf(ctx, lad, kind, vintage)
	if err != nil {
		return nil, failed("read the outlines", err)
	}
	return list, nil
}

func (s reading) outlinesOf(ctx context.Context, lad string, kind metrics.AreaKind, vintage int) ([]metrics.Outline, error) {
	family := []string{lad}
	err := s.each(ctx, `SELECT code, active FROM successor WHERE code = ?1 OR active = ?1
		OR active IN (SELECT active FROM successor WHERE code = ?1)`, func(r *sql.Rows) error {
		var code, active string
		err := r.Scan(&code, &active)
		for _, c := range []string{code, active} {
			if !slices.Contains(family, c) {
				family = append(family, c)
			}
		}
		return err
	}, lad)
	if err != nil {
		return nil, err
	}
	in := marks(len(family))
	query, args := `SELECT code FROM lsoa WHERE vintage = ? AND lad IN (`+in+`) UNION SELECT code FROM boundary WHERE kind = 'lsoa' AND vintage = ? AND lad IN (`+in+`)`,
		slices.Concat([]any{vintage}, anys(family), []any{vintage}, anys(family))
	if kind == metrics.Ward {
		query, args = `SELECT DISTINCT w.ward FROM ward w JOIN lsoa l ON l.code = w.lsoa AND l.lad IN (`+in+`) WHERE w.year = (SELECT max(year) FROM ward)
			UNION SELECT code FROM boundary WHERE kind = 'ward' AND vintage = ? AND lad IN (`+in+`)`,
			slices.Concat(anys(family), []any{vintage}, anys(family))
	}
	var codes []string
	err = s.each(ctx, query, func(r *sql.Rows) error {
		var code string
		err := r.Scan(&code)
		codes = append(codes, code)
		return err
	}, args...)
	if err == nil && kind == metrics.Ward && vintage == 0 {
		vintage, err = s.wardVintage(ctx, codes)
	}
	if err != nil {
		return nil, err
	}
	return s.outlines(ctx, kind, vintage, codes)
}

// saveMaps puts the maps in force: those that read as before are left alone,
// those that are no longer made are taken away, but for those of parts that are kept.
func (s *Session) saveMaps(ctx context.Context, list []metrics.PlaceMap, kept []metrics.Part) error {
	held := map[string]string{}
	asBefore := map[string]bool{}
	for _, p := range kept {
		if p.Maps {
			asBefore[p.Indicator] = true
		}
	}
	key := func(indicator string, kind metrics.AreaKind, period string) string {
		return indicator + " " + string(kind) + " " + period
	}
	err := s.each(ctx, `SELECT indicator, kind, period, digest FROM place_map`, func(r *sql.Rows) error {
		var indicator, period, digest string
		var kind metrics.AreaKind
		err := r.Scan(&indicator, &kind, &period, &digest)
		if !asBefore[indicator] {
			held[key(indicator, kind, period)] = digest
		}
		return err
	})
	if err != nil {
		return err
	}
	drop := func(indicator, kind, period string) error {
		for _, table := range []string{"place", "place_map"} {
			if _, err := s.tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE indicator = ? AND kind = ? AND period = ?`, indicator, kind, period); err != nil {
				return err
			}
		}
		return nil
	}
	maps := newBulk(s.tx, `INSERT INTO place_map (indicator, kind, period, period_kind, period_end, vintage, status, reason, denominated, notes, spot_reason, digest) VALUES `, "", 12)
	places := newBulk(s.tx, `INSERT INTO place (indicator, kind, period, area, name, status, reason, n, residents, rate, lower, upper, class, count_class, z, spot, spot_why, years_hot, of_years) VALUES `, "", 19)
	for _, m := range list {
		period := m.Period.Code()
		digest := mapDigest(m)
		at := key(m.Indicator, m.Kind, period)
		old, ok := held[at]
		delete(held, at)
		if old == digest {
			continue
		}
		if ok {
			if err := drop(m.Indicator, string(m.Kind), period); err != nil {
				return err
			}
		}
		notes := []byte("[]")
		if len(m.Notes) > 0 {
			if notes, err = json.Marshal(m.Notes); err != nil {
				return err
			}
		}
		if err := maps.add(ctx, m.Indicator, m.Kind, period, m.Period.Kind, m.Period.Last.String(), m.Vintage, m.Status, m.Reason, m.Denominated, string(notes), m.SpotReason, digest); err != nil {
			return err
		}
		for _, p := range m.Places {
			if err := places.add(ctx, m.Indicator, m.Kind, period, p.Code, p.Name, p.Status, p.Reason, p.Count, p.Residents, p.Rate, p.Lower, p.Upper,
				p.Class, p.CountClass, p.Z, p.Spot, p.SpotWhy, p.YearsHot, p.OfYears); err != nil {
				return err
			}
		}
	}
	for at := range held {
		part := strings.Fields(at)
		if err := drop(part[0], part[1], part[2]); err != nil {
			return err
		}
	}
	if err := maps.flush(ctx); err != nil {
		return err
	}
	return places.flush(ctx)
}

// mapDigest stands for all that a map says.
func mapDigest(m metrics.PlaceMap) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %q %q %q %q %q\n", m.Period.Code(), m.Vintage, m.Status, m.Reason, m.Denominated, m.Notes, m.SpotReason)
	var line []byte
	number := func(v *float64) {
		if v == nil {
			line = append(line, " -"...)
			return
		}
		line = strconv.AppendUint(append(line, ' '), math.Float64bits(*v), 16)
	}
	whole := func(v *int64) {
		if v == nil {
			line = append(line, " -"...)
			return
		}
		line = strconv.AppendInt(append(line, ' '), *v, 10)
	}
	for _, p := range m.Places {
		line = line[:0]
		for _, text := range []string{p.Code, p.Name, string(p.Status), p.Reason, string(p.Spot), p.SpotWhy} {
			line = append(append(line, text...), 0)
		}
		whole(p.Count)
		whole(p.Residents)
		for _, v := range []*float64{p.Rate, p.Lower, p.Upper, p.Z} {
			number(v)
		}
		for _, v := range []int{p.Class, p.CountClass, p.YearsHot, p.OfYears} {
			line = strconv.AppendInt(append(line, ' '), int64(v), 10)
		}
		h.Write(append(line, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
