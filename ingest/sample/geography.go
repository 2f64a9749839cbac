package sample

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// table writes CSV as the ONS portal does: a byte order mark and LF, or CRLF
// as spreadsheet programs do.
func table(crlf bool, rows [][]string) []byte {
	b := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(b)
	w.UseCRLF = crlf
	w.WriteAll(rows) // into memory: it cannot fail
	return b.Bytes()
}

// writeGeography writes the lookups under the names and with the headers of
// the ONS Open Geography Portal.
func writeGeography(w *writer, districts []*district) {
	changes := [][]string{{"LSOA11CD", "LSOA11NM", "LSOA21CD", "LSOA21NM", "CHGIND", "LAD22CD", "LAD22NM", "LAD22NMW", "ObjectId"}}
	wards := [][]string{{"LSOA21CD", "LSOA21NM", "LSOA21NMW", "WD24CD", "WD24NM", "WD24NMW", "LAD24CD", "LAD24NM", "LAD24NMW", "ObjectId"}}
	forces := [][]string{{"LAD24CD", "LAD24NM", "CSP24CD", "CSP24NM", "PFA24CD", "PFA24NM", "ObjectId"}}
	codes := [][]string{{"LADCD", "LADNM", "LADCD_ACTIVE", "LADNM_ACTIVE", "CTRYCD", "CTRYNM"}}
	id := func(rows [][]string) string { return strconv.Itoa(len(rows)) }
	// Codes that were replaced in 2025; the other districts keep theirs.
	active := map[string]string{"E08000016": "E08000038", "E08000019": "E08000039"}
	for _, d := range districts {
		for _, l := range d.later {
			changes = append(changes, []string{l.from, l.fromName, l.code, l.name, l.change, d.code, d.name, "", id(changes)})
			wards = append(wards, []string{l.code, l.name, "", l.ward, l.wardName, "", d.code, d.name, "", id(wards)})
		}
		if d.later == nil { // wards are needed of Coventry only
			for _, l := range d.lsoas {
				changes = append(changes, []string{l.code, l.name, l.code, l.name, "U", d.code, d.name, "", id(changes)})
			}
		}
		forces = append(forces, []string{d.code, d.name, d.csp, d.cspName, d.force, d.forceName, id(forces)})
		now := d.code
		if a, ok := active[d.code]; ok {
			now = a
			codes = append(codes, []string{a, d.name, a, d.name, "E92000001", "England"})
		}
		codes = append(codes, []string{d.code, d.name, now, d.name, "E92000001", "England"})
	}
	w.file("geography/LSOA_(2011)_to_LSOA_(2021)_to_Local_Authority_District_(2022)_Exact_Fit_Lookup_for_EW_(V3).csv", table(false, changes))
	w.file("geography/LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024)_Best_Fit_Lookup_in_EW.csv", table(false, wards))
	w.file("geography/LAD_(December_2024)_to_CSP_to_PFA_Lookup_in_EW.csv", table(true, forces))
	w.file("geography/la_all_codes.csv", table(true, codes))
}
