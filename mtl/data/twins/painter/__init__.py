"""The painter of the `faces` twin: a canvas, the traits of a face, a module a facial region."""
