package sample

import (
	"bytes"

	"github.com/xuri/excelize/v2"
)

// sheet is a worksheet, cell by cell: text, a number, or nil for a blank.
type sheet struct {
	name string
	rows [][]any
}

// workbook writes an .xlsx. Its properties and times are fixed: the same cells
// make the same bytes.
func workbook(title string, sheets ...sheet) ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetDocProps(&excelize.DocProperties{
		Title: title, Creator: "Invented sample data", LastModifiedBy: "Invented sample data", Language: "en-GB",
		Created: "2019-06-26T09:30:00Z", Modified: "2019-06-26T09:30:00Z",
	}); err != nil {
		return nil, err
	}
	for i, s := range sheets {
		if i == 0 {
			if err := x.SetSheetName("Sheet1", s.name); err != nil {
				return nil, err
			}
		} else if _, err := x.NewSheet(s.name); err != nil {
			return nil, err
		}
		// Not by a stream writer: excelize puts the sheets of those into the file in any order.
		for r, cells := range s.rows {
			at, err := excelize.CoordinatesToCellName(1, r+1)
			if err != nil {
				return nil, err
			}
			if err := x.SetSheetRow(s.name, at, &cells); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
