package word

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"testing"
)

// A document opened again, without what wrote it.

// node is an element with its namespace's usual prefix.
type node struct {
	name  string // "w:p"
	attrs map[string]string
	kids  []*node
	text  string // of its own
}

var prefixes = map[string]string{
	"http://schemas.openxmlformats.org/wordprocessingml/2006/main":                       "w",
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships":                "r",
	"http://schemas.openxmlformats.org/drawingml/2006/main":                              "a",
	"http://schemas.openxmlformats.org/drawingml/2006/chart":                             "c",
	"http://schemas.openxmlformats.org/drawingml/2006/chartDrawing":                      "cdr",
	"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing":             "wp",
	"http://schemas.microsoft.com/office/drawing/2012/chart":                             "c15",
	"http://schemas.openxmlformats.org/package/2006/relationships":                       "rel",
	"http://schemas.openxmlformats.org/package/2006/content-types":                       "ct",
	"http://schemas.openxmlformats.org/package/2006/metadata/core-properties":            "cp",
	"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties":          "ep",
	"http://purl.org/dc/elements/1.1/":                                                   "dc",
	"http://purl.org/dc/terms/":                                                          "dcterms",
	"http://www.w3.org/2001/XMLSchema-instance":                                          "xsi",
	"http://www.w3.org/XML/1998/namespace":                                               "xml",
	"http://schemas.openxmlformats.org/spreadsheetml/2006/main":                          "x",
	"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes":               "vt",
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships/metadata/thumb": "thumb",
}

func named(n xml.Name) string {
	switch {
	case n.Space == "":
		return n.Local
	case prefixes[n.Space] == "":
		return n.Space + ":" + n.Local // an undeclared or unknown prefix: no test will find it
	}
	return prefixes[n.Space] + ":" + n.Local
}

func parse(body []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	root := &node{}
	open := []*node{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			if len(root.kids) != 1 {
				return nil, fmt.Errorf("%d roots", len(root.kids))
			}
			return root.kids[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: named(t.Name), attrs: map[string]string{}}
			for _, a := range t.Attr {
				if _, twice := n.attrs[named(a.Name)]; twice {
					return nil, fmt.Errorf("%s has %s twice", n.name, named(a.Name))
				}
				n.attrs[named(a.Name)] = a.Value
			}
			top.kids = append(top.kids, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
}

// each calls f with the node and all below it.
func (n *node) each(f func(*node)) {
	f(n)
	for _, k := range n.kids {
		k.each(f)
	}
}

func (n *node) all(name string) []*node {
	var out []*node
	n.each(func(x *node) {
		if x.name == name {
			out = append(out, x)
		}
	})
	return out
}

// at follows a path of first children; nil where there is none.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		var next *node
		if n != nil {
			for _, k := range n.kids {
				if k.name == name {
					next = k
					break
				}
			}
		}
		n = next
	}
	return n
}

func (n *node) val(names ...string) string {
	if k := n.at(names...); k != nil {
		if v, ok := k.attrs["w:val"]; ok {
			return v
		}
		return k.attrs["val"]
	}
	return ""
}

// words is the text of a paragraph as it is read.
func (n *node) words() string {
	var b strings.Builder
	n.each(func(x *node) {
		switch x.name {
		case "w:t":
			b.WriteString(x.text)
		case "w:tab":
			if x.attrs["w:pos"] == "" { // and not a tab stop
				b.WriteByte('\t')
			}
		case "w:br":
			b.WriteByte('\n')
		}
	})
	return b.String()
}

// docx is an opened document.
type docx struct {
	names []string
	parts map[string][]byte
	trees map[string]*node
	files map[string]*zip.File
}

func open(t testing.TB, body []byte) *docx {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	d := &docx{parts: map[string][]byte{}, trees: map[string]*node{}, files: map[string]*zip.File{}}
	for _, f := range z.File {
		if d.parts[f.Name] != nil {
			t.Errorf("%s is there twice", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		d.names, d.parts[f.Name], d.files[f.Name] = append(d.names, f.Name), content, f
		if strings.HasSuffix(f.Name, ".xml") || strings.HasSuffix(f.Name, ".rels") {
			tree, err := parse(content)
			if err != nil {
				t.Fatalf("%s is not well-formed: %v", f.Name, err)
			}
			d.trees[f.Name] = tree
		}
	}
	return d
}

// target is the part that a relationship of a part leads to.
func (d *docx) target(from, id string) string {
	rels := d.trees[path.Join(path.Dir(from), "_rels", path.Base(from)+".rels")]
	if rels == nil {
		return ""
	}
	for _, r := range rels.kids {
		if r.attrs["Id"] == id {
			if r.attrs["TargetMode"] == "External" {
				return r.attrs["Target"]
			}
			return path.Join(path.Dir(from), r.attrs["Target"])
		}
	}
	return ""
}

// item is what stands in the document's body, from top to bottom.
type item struct {
	style string // of a paragraph, "table" or "chart"
	text  string
	node  *node
}

func (d *docx) body(t testing.TB) []item {
	t.Helper()
	var out []item
	for _, n := range d.trees["word/document.xml"].at("w:body").kids {
		switch n.name {
		case "w:p":
			i := item{n.val("w:pPr", "w:pStyle"), n.words(), n}
			if len(n.all("c:chart")) > 0 {
				i.style = "chart"
			}
			out = append(out, i)
		case "w:tbl":
			out = append(out, item{"table", "", n})
		case "w:sectPr":
		default:
			t.Errorf("the body has a %s", n.name)
		}
	}
	return out
}

// cells are a table's, row by row.
func cells(table *node) [][]string {
	var out [][]string
	for _, r := range table.all("w:tr") {
		var row []string
		for _, c := range r.all("w:tc") {
			row = append(row, c.words())
		}
		out = append(out, row)
	}
	return out
}
