"""The painter of the twins of faces: a canvas, the traits of a face, a module a facial region."""
