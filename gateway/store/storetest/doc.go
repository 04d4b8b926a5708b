// Package storetest helps to test stores and what uses them: a suite that every
// [store.Store] passes, and a disk in memory that fails, fills up, and loses,
// tears and reorders what was not synced.
package storetest
