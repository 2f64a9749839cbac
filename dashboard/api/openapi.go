package api

import (
	_ "embed"
	"sync"

	"github.com/goccy/go-yaml"

	"outcomes/metrics"
)

//go:embed openapi.yaml
var openAPI []byte

var document = file{Type: "application/yaml; charset=utf-8", Body: openAPI}

// documentJSON is the document as JSON. It is made once, when it is first asked for.
var documentJSON = sync.OnceValues(func() (any, error) {
	b, err := yaml.YAMLToJSON(openAPI)
	if err != nil {
		return nil, metrics.Errorf(metrics.Internal, "the API's description: %w", err)
	}
	return file{Type: jsonType, Body: b}, nil
})
