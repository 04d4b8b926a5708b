// Package store keeps the gateway's records on disk: keys with values, read
// completely once at start, then only written.
//
// What belongs together goes into one [Batch], and a batch is committed whole
// or not at all. The engine holds all live state in memory, so the store never
// answers a query; it has to be safe, and to write few octets, because
// gateways run from SD cards. docs/adr/0003-store.md says what was measured and
// why the store is a log of our own.
//
// # The log
//
// A store is a directory of segments, files of a fixed size (1 MiB) that are
// filled one after the other. All their blocks are written once before they
// are used, so that a commit changes no metadata of the file system and cannot
// run out of space half way:
//
//	000000000017.seg   the oldest segment
//	000000000018.seg   …
//	000000000019.seg   the active one: commits go here
//	spare-1, spare-2   filled in advance, or used before; the next segments
//	lock               held while a process has the store open
//	incomplete         only while a backup or an import is being written
//
// A segment is a header of 64 octets and frames behind it, one frame a commit:
//
//	header   "MQSNSTOR" version(4) number(4) oldest(4) salt(4) id(8) seq(8) capacity(8) zero(12) crc(4)
//	frame    crc(4) size(4) seq(8) op…
//	op       put     1 key-size value-size key value     sizes and numbers are uvarints,
//	         delete  2 key-size key                      other integers big endian
//	         forget  3 segment-number
//	         seal    4
//
// Frames are numbered without a gap. Their CRC-32C starts from the segment's
// random salt, so what a segment held in its former life, or what a device
// sent as its payload, is never taken for a frame.
//
// # Cleaning
//
// The oldest segment is cleaned as the log goes on: each commit takes along a
// few of its records that are still in use, in the same frame and the same
// fsync. A "forget" in that frame says when the segment holds nothing of use,
// and its file becomes a spare. As the oldest segment is always the one that
// is cleaned, no deletion in it has anything older left to hide. Cleaning runs
// while the segments hold more than twice the octets in use, which bounds both
// the space and the octets written.
//
// # After a crash
//
// A frame is on disk before the next one is written, so a power cut can spoil
// only the last one. Whatever follows the last good frame of the last segment
// is therefore ignored, and the next commit overwrites it, unless a good frame
// with a higher number comes later: then the place between is damaged, and
// Open says so instead of going on with half of the records. A segment is
// sealed before its successor is used, and at Close, so that each segment but
// the last is known to be complete, and none can go missing unnoticed.
package store
