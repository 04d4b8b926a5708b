package radio

// ListenGroup is for devices in tests, which hear groups as links do.
var ListenGroup = listenGroup
