package a.b.c
