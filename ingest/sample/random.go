package sample

// random is a source of numbers that look like chance: splitmix64, written out
// here because the library's may change between releases and the sample may not.
type random uint64

// randomFor starts a source from words, so that each file has its own and none
// depends on the order in which files are written.
func randomFor(words ...string) *random {
	h := uint64(14695981039346656037) // FNV-1a
	for _, w := range words {
		for i := range len(w) {
			h = (h ^ uint64(w[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	r := random(h)
	return &r
}

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below gives a number from 0 to n-1.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// around gives how many events happen where so many thousandths are expected:
// somewhat more or fewer, as chance would have it.
func (r *random) around(expected int64) int {
	spread := int64(0)
	for range 3 { // three even throws make a fair bell
		spread += int64(r.below(2001)) - 1000
	}
	n := expected + root(expected*1000)*spread/1000*6/10 + int64(r.below(1000))
	return int(max(n, 0) / 1000)
}

// root is the whole part of the square root.
func root(n int64) int64 {
	if n < 2 {
		return n
	}
	x := n
	for y := (x + 1) / 2; y < x; y = (x + n/x) / 2 {
		x = y
	}
	return x
}
