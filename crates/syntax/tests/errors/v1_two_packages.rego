package a
package b
p := 1
