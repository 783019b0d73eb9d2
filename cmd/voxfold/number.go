package main

import (
	"encoding/json"
	"math"
)

// A number is written in the shortest form that reads back exactly, and as
// null (in CSV: nothing) where there is none, that is for NaN.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// csv is the number as a cell.
func (n number) csv() string {
	text, err := n.MarshalJSON()
	if err != nil || string(text) == "null" { // JSON has no infinities, and no result is one
		return ""
	}
	return string(text)
}
