package metrics

// Summary is the board's page: for each priority what its headline indicators say.
type Summary struct {
	Headline   string         // the answer in one sentence
	Headlines  []HeadlineItem // six at most, those that changed by rule first
	Priorities []PrioritySummary
}

// HeadlineItem is one indicator's news: it can stand alone.
type HeadlineItem struct {
	Indicator string // the indicator's id
	Title     string
	// Accountability tells the city's figures from the projects'.
	Accountability Accountability
	Text           string // the first sentence of its latest figure
	Verdict        Verdict
	Words          string  // "Getting worse", "About the same"
	Figure         *Figure // that the sentence was made from
}

// PrioritySummary is what a priority's indicators say together.
type PrioritySummary struct {
	Priority Priority
	Verdict  Verdict // of its first headline indicator with a figure; NoCompared when it has none
	Words    string  // "Getting worse", "About the same", "Waiting for data"
	// Indicators are its headline indicators, or all where the page asks for them.
	Indicators []IndicatorSummary
}

// IndicatorSummary is an indicator's latest figure and the series it stands in.
type IndicatorSummary struct {
	Indicator Indicator
	// Latest is the newest available figure of the area in Kind; nil when there is none.
	Latest *Figure
	// Newest is the newest figure, available or not: where it differs from
	// Latest, its Reason says what is missing.
	Newest *Figure
	Kind   PeriodKind
	Series []Figure // of the area and kind, oldest first, missing ones among them
	// Verdict and Words are of Latest against the corresponding period:
	// "Up on the corresponding quarter", "About the same as a year earlier".
	Verdict Verdict
	Words   string
}
