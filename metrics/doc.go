// Package metrics is the centre of the house: the words the field uses
// (indicator, area, period, figure, strategy), the facts that published files
// hold, and the arithmetic that turns facts into figures and figures into
// sentences. It does no input or output and imports no web, SQL or
// spreadsheet package.
package metrics
