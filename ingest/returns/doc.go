// Package returns is the quarterly round's workbook: the template that a
// project fills in, the reading of what comes back, the screening by named
// checks, and the same workbook handed back with what is wrong marked in it.
// It must not import the store or a page, and it keeps nothing.
package returns
