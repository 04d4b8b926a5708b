// Package packaging tests what users install: the packages, the service unit, and the programs for small boards.
package packaging
