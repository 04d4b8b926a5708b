package engine

// Level is how much a note matters, in the words of the log.
type Level uint8

const (
	Debug Level = iota
	Info
	Warn
)

// The kinds of notes.
const (
	NoteConnected NoteKind = iota
	NoteRefused
	NoteDisconnected
	NoteAsleep
	NoteLost
	NoteExpired
	NoteMoved
	NoteTakenOver
	NoteMoveRefused
	NoteMalformed
	NoteTopicRefused
	NoteUndeliverable
	NoteQueueOverflow
	NoteSpoolAged
	NoteSameGatewayID
	NoteUplinkUp
	NoteUplinkLost
	NoteUplinkRefused
	NoteUplinkFailure
	NoteUplinkOlder
	NoteUplinkNext
	NoteClientConnected
	NoteClientRefused
	NoteClientDisconnected
	NoteClientLost
	NoteProtocolError
	NoteWillPublished
	NoteForbidden
	NoteKicked
	NoteForgotten
	NoteForged
	NoteReplayed
	NoteUncounted
	NoteNoKey
	NoteKeyGone
	NoteUnprotected
	NoteUnapproved
	NoteApproved
	NoteDismissed
)

var notes = [...]struct {
	level Level
	text  string
}{
	NoteConnected:          {Info, "device connected"},
	NoteRefused:            {Warn, "device refused"},
	NoteDisconnected:       {Info, "device disconnected"},
	NoteAsleep:             {Debug, "device asleep"},
	NoteLost:               {Warn, "device lost"},
	NoteExpired:            {Info, "session expired"},
	NoteMoved:              {Info, "device moved to another address"},
	NoteTakenOver:          {Info, "address now belongs to another device"},
	NoteMoveRefused:        {Warn, "device refused from another address"},
	NoteMalformed:          {Debug, "malformed datagram dropped"},
	NoteTopicRefused:       {Warn, "device does not take this topic"},
	NoteUndeliverable:      {Warn, "message dropped: the device cannot take it"},
	NoteQueueOverflow:      {Warn, "messages dropped: queue full"},
	NoteSpoolAged:          {Warn, "messages dropped: the upstream broker was away for too long"},
	NoteSameGatewayID:      {Warn, "another gateway uses our gateway id"},
	NoteUplinkUp:           {Info, "connected to the upstream broker"},
	NoteUplinkLost:         {Warn, "connection to the upstream broker lost"},
	NoteUplinkRefused:      {Warn, "upstream broker refused the connection"},
	NoteUplinkFailure:      {Warn, "upstream broker cannot be reached"},
	NoteUplinkOlder:        {Warn, "upstream broker does not know MQTT 5"},
	NoteUplinkNext:         {Warn, "going on to the next upstream broker"},
	NoteClientConnected:    {Info, "client connected"},
	NoteClientRefused:      {Warn, "client refused"},
	NoteClientDisconnected: {Info, "client disconnected"},
	NoteClientLost:         {Info, "client lost"},
	NoteProtocolError:      {Warn, "connection closed: protocol error"},
	NoteWillPublished:      {Info, "will published"},
	NoteForbidden:          {Warn, "refused by the access rules"},
	NoteKicked:             {Warn, "disconnected by the operator"},
	NoteForgotten:          {Warn, "session forgotten by the operator"},
	NoteForged:             {Warn, "protected packet dropped: its authentication tag is wrong"},
	NoteReplayed:           {Debug, "protected packet dropped: replayed, or too old"},
	NoteUncounted:          {Warn, "protected packet dropped: it has no counter"},
	NoteNoKey:              {Warn, "protected packet dropped: there is no key for it"},
	NoteKeyGone:            {Warn, "key of a protected device is gone or changed"},
	NoteUnprotected:        {Warn, "packet dropped: this link wants protected ones"},
	NoteUnapproved:         {Warn, "unknown device waits for approval"},
	NoteApproved:           {Info, "device approved by the operator"},
	NoteDismissed:          {Info, "device dismissed by the operator"},
}

func (k NoteKind) String() string { return notes[k].text }

// Level is how much the note matters.
func (k NoteKind) Level() Level { return notes[k].level }
