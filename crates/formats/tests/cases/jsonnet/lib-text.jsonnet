a text
