// Command opa evaluates policies for the benches: it reads jobs as lines of JSON from stdin, prepares each once,
// evaluates it for a while, and answers each with one line of JSON.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"sort"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/util"
)

type module struct {
	Name string `json:"name"`
	Text string `json:"text"`
	V0   bool   `json:"v0"`
}

type job struct {
	Modules []module          `json:"modules"`
	Query   string            `json:"query"`
	Data    json.RawMessage   `json:"data"`
	Inputs  []json.RawMessage `json:"inputs"`
	// How many turns, and about how long each, in milliseconds.
	Turns int     `json:"turns"`
	Turn  float64 `json:"turn"`
}

type answer struct {
	// The value for each input, null where it is undefined.
	Values []any `json:"values,omitempty"`
	// Nanoseconds of one evaluation of all inputs from parsed ones: the median of the turns.
	Nanoseconds float64 `json:"ns,omitempty"`
	Error       string  `json:"error,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) == 0 || err != nil {
			return
		}
		result, err := run(line)
		if err != nil {
			result = &answer{Error: err.Error()}
		}
		if out.Encode(result) != nil {
			return
		}
	}
}

func run(line []byte) (*answer, error) {
	var job job
	if err := json.Unmarshal(line, &job); err != nil {
		return nil, err
	}
	options := []func(*rego.Rego){rego.Query(job.Query)}
	if len(job.Data) > 0 {
		var data map[string]any
		if err := util.UnmarshalJSON(job.Data, &data); err != nil {
			return nil, err
		}
		options = append(options, rego.Store(inmem.NewFromObject(data)))
	}
	for _, module := range job.Modules {
		version := ast.RegoV1
		if module.V0 {
			version = ast.RegoV0
		}
		parsed, err := ast.ParseModuleWithOpts(module.Name, module.Text, ast.ParserOptions{RegoVersion: version})
		if err != nil {
			return nil, err
		}
		options = append(options, rego.ParsedModule(parsed))
	}
	ctx := context.Background()
	query, err := rego.New(options...).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	inputs := make([]ast.Value, len(job.Inputs))
	for i, input := range job.Inputs {
		if inputs[i], err = ast.ValueFromReader(bytes.NewReader(input)); err != nil {
			return nil, err
		}
	}
	result := &answer{}
	for _, input := range inputs {
		set, err := query.Eval(ctx, rego.EvalParsedInput(input))
		if err != nil {
			return nil, err
		}
		var value any
		if len(set) > 0 && len(set[0].Expressions) > 0 {
			value = set[0].Expressions[0].Value
		}
		result.Values = append(result.Values, value)
	}
	once := func() {
		for _, input := range inputs {
			_, _ = query.Eval(ctx, rego.EvalParsedInput(input))
		}
	}
	result.Nanoseconds = median(once, job.Turns, time.Duration(job.Turn*float64(time.Millisecond)))
	return result, nil
}

// median measures as the bench does: how many runs fill a turn, and the median of the turns.
func median(run func(), turns int, turn time.Duration) float64 {
	times := 1
	for {
		took := repeat(run, times)
		if took >= turn/2 || times >= 1<<24 {
			times = max(1, int(float64(times)*turn.Seconds()/max(took.Seconds(), 1e-9)))
			break
		}
		times *= 2
	}
	samples := make([]float64, turns)
	for i := range samples {
		samples[i] = float64(repeat(run, times).Nanoseconds()) / float64(times)
	}
	sort.Float64s(samples)
	if turns == 0 {
		return 0
	}
	return samples[turns/2]
}

func repeat(run func(), times int) time.Duration {
	started := time.Now()
	for range times {
		run()
	}
	return time.Since(started)
}
