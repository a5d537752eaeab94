// A policy of Kubewarden's other way: a command that reads a request from its standard input, with Go's own runtime.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
	"unsafe"
)

//go:wasmimport host call
//go:noescape
func call(binding unsafe.Pointer, bindingLen uint32, namespace unsafe.Pointer, namespaceLen uint32,
	operation unsafe.Pointer, operationLen uint32, payload unsafe.Pointer, payloadLen uint32) uint32

type settings struct {
	Forbidden string `json:"forbidden"`
	Sleep     bool   `json:"sleep"`
	LookUp    bool   `json:"lookUp"`
}

type request struct {
	Settings settings `json:"settings"`
	Request  struct {
		Name   string `json:"name"`
		Object struct {
			Metadata struct {
				Namespace string `json:"namespace"`
			} `json:"metadata"`
		} `json:"object"`
	} `json:"request"`
}

func ask(operation string, payload string) (string, bool) {
	binding, namespace := "kubewarden", "kubernetes"
	at := func(text string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(text)) }
	code := call(at(binding), uint32(len(binding)), at(namespace), uint32(len(namespace)),
		at(operation), uint32(len(operation)), at(payload), uint32(len(payload)))
	answer, _ := io.ReadAll(os.Stdin)
	return string(answer), code == 0
}

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil || len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "no input or no operation")
		os.Exit(3)
	}
	switch os.Args[1] {
	case "validate-settings":
		var given settings
		if err := json.Unmarshal(input, &given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if given.Forbidden == "" {
			fmt.Print(`{"valid": false, "message": "forbidden is empty"}`)
			return
		}
		fmt.Print(`{"valid": true}`)
	case "validate":
		var given request
		if err := json.Unmarshal(input, &given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if given.Settings.Sleep {
			// Nobody waits for this: the clock goes on by itself.
			before := time.Now()
			time.Sleep(time.Hour)
			fmt.Fprintln(os.Stderr, "slept", time.Since(before) >= time.Hour)
		}
		if given.Settings.LookUp {
			answer, ok := ask("get_resource", `{"api_version": "v1", "kind": "Namespace", "name": "a"}`)
			fmt.Fprintln(os.Stderr, "asked", ok, answer)
		}
		if given.Request.Name == given.Settings.Forbidden {
			fmt.Printf(`{"accepted": false, "message": "no object is called %s"}`, given.Request.Name)
			return
		}
		fmt.Print(`{"accepted": true}`)
	default:
		os.Exit(2)
	}
}
