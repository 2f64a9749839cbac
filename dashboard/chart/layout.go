package chart

import (
	"cmp"
	"slices"
)

// Label is a marker's text and where it stands: in which row above the plot,
// after its line or before it.
type Label struct {
	X, Width float64 // of the marker's line, and of the text
	Text     string
	Row      int  // from 0, the one next to the plot
	Before   bool // the text ends at the line
}

func (l Label) span() (from, to float64) {
	if l.Before {
		return l.X - l.Width, l.X
	}
	return l.X, l.X + l.Width
}

// Place gives each label a row above the plot so that it neither covers
// another label nor is struck through by another's line, and gives the number
// of rows. It looks for as few rows as will do.
func Place(labels []Label, width float64) (rows int) {
	if len(labels) == 0 {
		return 0
	}
	if len(labels) <= 6 { // few enough to try all ways
		for rows = 1; rows <= len(labels); rows++ {
			if fits(labels, len(labels)-1, rows, width) {
				return rows
			}
		}
	}
	// A staircase down to the right always works, whatever sticks out.
	rows = 0
	for i := range slices.Backward(labels) {
		l := &labels[i]
		l.Before = false
		for l.Row = 0; l.Row < len(labels) && !free(*l, labels[i+1:]); l.Row++ {
		}
		rows = max(rows, l.Row+1)
	}
	return rows
}

// fits places the labels up to index i, the later ones being placed already.
func fits(labels []Label, i, rows int, width float64) bool {
	if i < 0 {
		return true
	}
	l := &labels[i]
	for l.Row = 0; l.Row < rows; l.Row++ {
		for _, l.Before = range []bool{false, true} {
			if from, to := l.span(); from < 0 || to > width {
				continue
			}
			if free(*l, labels[i+1:]) && fits(labels, i-1, rows, width) {
				return true
			}
		}
	}
	return false
}

func free(l Label, others []Label) bool {
	from, to := l.span()
	for _, o := range others {
		ofrom, oto := o.span()
		switch {
		case l.Row == o.Row && from < oto && ofrom < to: // one over the other
			return false
		case o.Row >= l.Row && o.X > from && o.X < to: // its line through our words
			return false
		case l.Row >= o.Row && l.X > ofrom && l.X < oto: // our line through its words
			return false
		}
	}
	return true
}

// Box is a label at a line's end, which may move up or down.
type Box struct{ Y, Tall float64 } // its top and its height

// Spread moves boxes apart so that none covers another, together as little as
// will do, and none above the least height or below the greatest while there
// is room for all between.
func Spread(boxes []*Box, least, greatest float64) {
	order := slices.Clone(boxes)
	slices.SortStableFunc(order, func(a, b *Box) int { return cmp.Compare(a.Y, b.Y) })
	// Boxes that touch move as one: to the mean of where its members want it.
	type pile struct {
		at    float64 // its top
		tall  float64
		boxes int
	}
	var piles []pile
	for _, b := range order {
		p := pile{b.Y, b.Tall, 1}
		for n := len(piles) - 1; n >= 0 && piles[n].at+piles[n].tall > p.at; n-- {
			above := piles[n]
			piles = piles[:n]
			all := float64(above.boxes + p.boxes)
			p = pile{(above.at*float64(above.boxes) + (p.at-above.tall)*float64(p.boxes)) / all, above.tall + p.tall, above.boxes + p.boxes}
		}
		piles = append(piles, p)
	}
	i := 0
	for _, p := range piles {
		for at, end := p.at, i+p.boxes; i < end; i++ {
			order[i].Y = at
			at += order[i].Tall
		}
	}
	// What sticks out is pushed in, and pushes what is in its way.
	for i := len(order) - 1; i >= 0; i-- {
		order[i].Y = min(order[i].Y, greatest-order[i].Tall)
		greatest = order[i].Y
	}
	for _, b := range order {
		b.Y = max(b.Y, least)
		least = b.Y + b.Tall
	}
}
