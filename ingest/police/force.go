package police

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"outcomes/metrics"
)

// ForceArea gives the code of the police force area that a file is of: by the
// force's name as the file's name writes it ("devon-and-cornwall"), else by the
// name that its rows give ("Devon & Cornwall Police"). It is "" for a force
// that polices no area of its own, such as British Transport Police, and for
// one that the lookups do not know.
func ForceArea(geography *metrics.Geography, slug, name string) string {
	codes := slices.Sorted(maps.Values(geography.ForceOf))
	codes = slices.Compact(codes)
	for _, force := range []string{slug, name} {
		wanted := forceWords(force)
		if wanted == "" {
			continue
		}
		for _, code := range codes {
			if forceWords(geography.Names[code]) == wanted {
				return code
			}
		}
	}
	return ""
}

var (
	inverted = regexp.MustCompile(`^(.+), (.+ of)$`) // "London, City of"
	notWords = regexp.MustCompile(`[^a-z0-9]+`)
)

// forceWords is what is left of a force's name once the ways of writing it are
// taken out: the lookups, the files' names and their rows each have their own.
func forceWords(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	name = inverted.ReplaceAllString(name, "$2 $1")
	name = strings.ReplaceAll(name, "&", " and ")
	name = " " + notWords.ReplaceAllString(name, " ") + " "
	for _, word := range []string{"police", "constabulary", "service", "force area"} {
		name = strings.ReplaceAll(name, " "+word+" ", " ")
	}
	return strings.TrimSpace(name)
}
