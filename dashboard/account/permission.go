package account

import (
	"slices"
	"strings"

	"outcomes/metrics"
)

// Access is what is asked of somebody for a route.
type Access string

// The accesses, from what is open to what is narrow.
const (
	Plain         Access = "plain"          // open to all and the same for all: assets, health
	Anyone        Access = "anyone"         // open to all, signed in or not: signing in
	Reading       Access = "reading"        // whoever is signed in, and everybody where viewing is public
	SignedIn      Access = "signed in"      // whoever is signed in
	ReturnsRead   Access = "read returns"   // returns, as they came and as they are decided
	ReturnsWrite  Access = "write returns"  // handing in, accepting, withdrawing
	ReportsDraft  Access = "draft reports"  // reports that are not frozen, with what people wrote for them
	ReportsFreeze Access = "freeze reports" // writing for reports, and freezing them
	Administering Access = "administer"     // people and the audit trail
)

// roles are those that have an access; the others have none that they must be
// named for.
var roles = map[Access][]metrics.Role{
	Reading:       metrics.Roles,
	SignedIn:      metrics.Roles,
	ReturnsRead:   {metrics.Analyst, metrics.Scrutiny, metrics.Administrator},
	ReturnsWrite:  {metrics.Analyst, metrics.Administrator},
	ReportsDraft:  {metrics.Analyst, metrics.Scrutiny, metrics.Administrator},
	ReportsFreeze: {metrics.Scrutiny, metrics.Administrator},
	Administering: {metrics.Administrator},
}

// Permissions is the one table of what each route asks for, by method and
// pattern. HEAD is as GET. A route that is not here is refused to everybody.
var Permissions = map[string]Access{
	"GET /assets/*": Plain,
	"GET /healthz":  Plain,

	"GET /sign-in":      Anyone,
	"POST /sign-in":     Anyone,
	"GET /join/:token":  Anyone,
	"POST /join/:token": Anyone,
	"POST /sign-out":    Anyone, // who is signed out already is none the worse

	"GET /":                         Reading,
	"GET /priorities":               Reading,
	"GET /priorities/:id":           Reading,
	"GET /indicators/:id":           Reading,
	"GET /indicators/:id/chart.png": Reading,
	"GET /indicators/:id/chart.svg": Reading,
	"GET /figures/:id":              Reading,
	"GET /map":                      Reading,
	"GET /map/outlines.json":        Reading,
	"GET /places/:code":             Reading,
	"GET /sources":                  Reading,
	"GET /sources/:source":          Reading,
	"GET /sources/:source/:part":    Reading,
	"GET /methods":                  Reading,
	"GET /api":                      Reading,
	"GET /api/v1":                   Reading,
	"GET /api/v1/strategy":          Reading,
	"GET /api/v1/priorities":        Reading,
	"GET /api/v1/priorities/:id":    Reading,
	"GET /api/v1/indicators":        Reading,
	"GET /api/v1/indicators/:id":    Reading,
	"GET /api/v1/figures":           Reading,
	"GET /api/v1/figures/:id":       Reading,
	"GET /api/v1/changes":           Reading,
	"GET /api/v1/packs":             Reading,
	"GET /api/v1/packs/:number":     Reading,
	"GET /api/v1/openapi.yaml":      Reading,
	"GET /api/v1/openapi.json":      Reading,

	"GET /account":  SignedIn,
	"POST /account": SignedIn,

	"GET /returns":                                 ReturnsRead,
	"GET /returns/:project/:quarter":               ReturnsRead,
	"POST /returns/:project/:quarter":              ReturnsWrite,
	"GET /returns/:project/:quarter/template.xlsx": ReturnsWrite, // it holds last quarter's numbers
	"GET /returns/submissions/:id":                 ReturnsRead,  // without the numbers for those who do not decide
	"GET /returns/submissions/:id/file":            ReturnsWrite, // it holds numbers as they came
	"GET /returns/submissions/:id/marked.xlsx":     ReturnsWrite,
	"POST /returns/submissions/:id/accept":         ReturnsWrite,
	"POST /returns/submissions/:id/withdraw":       ReturnsWrite,

	"GET /reports":                      Reading,
	"GET /reports/export/:format":       Reading,
	"GET /reports/draft":                ReportsDraft,
	"GET /reports/draft/:format":        ReportsDraft,
	"POST /reports/draft/comment":       ReportsFreeze,
	"POST /reports":                     ReportsFreeze,
	"GET /reports/:number":              Reading,
	"GET /reports/:number/changes":      Reading,
	"GET /reports/:number/changes.csv":  Reading,
	"GET /reports/:number/changes.docx": Reading,
	"GET /reports/:number/changes.json": Reading,
	"GET /reports/:number/changes.xlsx": Reading,
	"GET /reports/:number/files/*":      Reading,

	"GET /people":             Administering,
	"POST /people":            Administering,
	"POST /people/:id/role":   Administering,
	"POST /people/:id/link":   Administering,
	"POST /people/:id/remove": Administering,
	"GET /audit":              Administering,
	"GET /audit.csv":          Administering,
}

// PermissionFor looks a route up. listed is false for one that the table does
// not have, which nobody may ask for.
func PermissionFor(method, pattern string) (access Access, listed bool) {
	if method == "HEAD" {
		method = "GET"
	}
	access, listed = Permissions[method+" "+pattern]
	return access, listed
}

// Open tells whether the access asks for nobody who is signed in.
func (a Access) Open(publicViewing bool) bool {
	return a == Plain || a == Anyone || a == Reading && publicViewing
}

// Allows tells whether a role has the access.
func (a Access) Allows(role metrics.Role) bool {
	return a == Plain || a == Anyone || slices.Contains(roles[a], role)
}

var plurals = map[metrics.Role]string{
	metrics.Viewer: "viewers", metrics.Analyst: "analysts", metrics.Scrutiny: "scrutiny officers", metrics.Administrator: "administrators",
}

// Who says in words who has the access: "analysts and administrators".
func (a Access) Who() string {
	var words []string
	for _, r := range roles[a] {
		words = append(words, plurals[r])
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
