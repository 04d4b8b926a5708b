// Package prose tests what people read: that links lead somewhere, and that the commands shown exist.
package prose
