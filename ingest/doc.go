// Package ingest is the way in: what every source's importer shares. It finds
// the files, lets each source read them into releases of facts with every row
// accounted for, and hands those to the store, one transaction a file. It knows
// the store and nothing of the dashboard.
package ingest
