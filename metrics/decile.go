package metrics

// Decile is where a small area stands among all those of an edition of the
// Indices of Deprivation, overall.
type Decile struct {
	Edition  int // year
	Rank, Of int // 1 is the most deprived of them
}

// Tenth is the decile, 1 for the most deprived tenth and 10 for the least, 0
// where it is not known. Its bounds are rounded down, as the publisher's are.
func (d Decile) Tenth() int {
	for tenth := 1; tenth <= 10; tenth++ {
		if d.Rank >= 1 && d.Rank <= d.Of*tenth/10 {
			return tenth
		}
	}
	return 0
}
