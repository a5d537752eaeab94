// Evaluates policies with OPA itself: one JSON object a line on standard input, one answer a line on standard output.
// The differential test compares kpol with it.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// A question: modules by file name, and what to ask of them.
type question struct {
	Modules map[string]string `json:"modules"`
	V0      bool              `json:"v0"`
	Queries []string          `json:"queries"`
	Input   json.RawMessage   `json:"input"`
	Data    json.RawMessage   `json:"data"`
	Strict  bool              `json:"strict"`
}

// What went wrong, and where.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Row     int    `json:"row,omitempty"`
}

// The result of one query: a value, an error, or neither where it is undefined.
type result struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error *failure        `json:"error,omitempty"`
}

type answer struct {
	// The errors of compile time; without them, a result for each query.
	Compile []failure `json:"compile,omitempty"`
	Results []result  `json:"results,omitempty"`
}

func located(code, message string, location *ast.Location) failure {
	out := failure{Code: code, Message: message}
	if location != nil {
		out.File, out.Row = location.File, location.Row
	}
	return out
}

func failures(err error) []failure {
	var list ast.Errors
	if !errors.As(err, &list) {
		return []failure{{Code: "other", Message: err.Error()}}
	}
	out := make([]failure, 0, len(list))
	for _, e := range list {
		out = append(out, located(e.Code, e.Message, e.Location))
	}
	return out
}

func compile(q *question) (*ast.Compiler, error) {
	version := ast.RegoV1
	if q.V0 {
		version = ast.RegoV0
	}
	modules := map[string]*ast.Module{}
	var all ast.Errors
	for name, text := range q.Modules {
		module, err := ast.ParseModuleWithOpts(name, text, ast.ParserOptions{RegoVersion: version})
		if err != nil {
			var list ast.Errors
			if !errors.As(err, &list) {
				return nil, err
			}
			all = append(all, list...)
			continue
		}
		modules[name] = module
	}
	if len(all) > 0 {
		return nil, all
	}
	compiler := ast.NewCompiler().WithDefaultRegoVersion(version)
	compiler.Compile(modules)
	if compiler.Failed() {
		return nil, compiler.Errors
	}
	return compiler, nil
}

func decode(text json.RawMessage, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

func ask(q *question) (answer, error) {
	compiler, err := compile(q)
	if err != nil {
		return answer{Compile: failures(err)}, nil
	}
	data := map[string]any{}
	if len(q.Data) > 0 {
		if err := decode(q.Data, &data); err != nil {
			return answer{}, err
		}
	}
	store := inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false))
	var input any
	if len(q.Input) > 0 {
		if err := decode(q.Input, &input); err != nil {
			return answer{}, err
		}
	}
	var out answer
	for _, query := range q.Queries {
		options := []func(*rego.Rego){
			rego.Query(query), rego.Compiler(compiler), rego.Store(store), rego.StrictBuiltinErrors(q.Strict),
		}
		if len(q.Input) > 0 {
			options = append(options, rego.Input(input))
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		rows, err := rego.New(options...).Eval(ctx)
		cancel()
		var r result
		var evaluation *topdown.Error
		switch {
		case errors.As(err, &evaluation):
			e := located(evaluation.Code, evaluation.Message, evaluation.Location)
			r.Error = &e
		case err != nil:
			e := failures(err)[0]
			r.Error = &e
		case len(rows) > 0:
			var buffer bytes.Buffer
			encoder := json.NewEncoder(&buffer)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(rows[0].Expressions[0].Value); err != nil {
				return answer{}, err
			}
			r.Value = buffer.Bytes()
		}
		out.Results = append(out.Results, r)
	}
	return out, nil
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	writer := bufio.NewWriter(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			if err != nil {
				return
			}
			continue
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		a, err := ask(&q)
		if err != nil {
			a = answer{Compile: []failure{{Code: "other", Message: err.Error()}}}
		}
		encoder := json.NewEncoder(writer)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(a); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		writer.Flush()
	}
}
