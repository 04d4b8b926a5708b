// Package brokertest tests the built-in broker as ordinary MQTT clients see it, and mosquitto beside it: what it does
// over a socket, with real processes, and nothing else. A test that mosquitto does not pass says why.
//
//	go test ./gateway/brokertest                                everything
//	go test ./gateway/brokertest -run TestTable -v              the table, with its counts
//	go test ./gateway/brokertest -run 'TestTable/gateway/3.8'   one section against one broker
//	go test ./gateway/brokertest -short                         nothing: these tests start programs
//
// # The table
//
// The files in testdata are one table: a row for what the specification demands, with the number of the normative
// statement, the versions it holds for, and a sentence. Numbers are those of MQTT 5; rows for version 4 alone, which is
// MQTT 3.1.1, have that document's. Below stands a conversation, a line a step:
//
//	MQTT-3.3.1-8 [4 5] A message without RETAIN leaves the retained one alone.
//	    a > CONNECT => CONNACK
//	    a > PUBLISH topic=%/t payload=kept retain qos=1 id=1 => PUBACK id=1
//	    a > PUBLISH topic=%/t payload=new qos=1 id=2 => PUBACK id=2
//	    b > CONNECT => CONNACK
//	    b > SUBSCRIBE id=1 filter=%/t => SUBACK id=1 codes=0
//	    b < PUBLISH topic=%/t payload=kept retain
//
// The steps:
//
//	a > PACKET field=value …   client a sends this; the first packet opens its connection
//	a < PACKET field=value …   the next packet that it gets
//	… => PACKET field=value …  the same, on the line of the question
//	a <~ PACKET …              one of a group of lines that may come true in any order
//	a > hex 10 0c …            octets, as they are
//	a < CLOSED                 the broker closes; with a reason: and says so to MQTT 5, which is asked of the gateway alone
//	a gone                     the connection breaks
//	a quiet                    nothing has come, as the answer to a PINGREQ shows
//	after 1.5s                 time passes: the brokers' clocks cannot be turned
//
// At the end of a row every client that is still connected must be quiet.
//
// In fields, % is a name of this row's own and %a the client id of a unless it says otherwise; $x is bound where it is
// first got. Values may be quoted as in Go, and x*100 is x a hundred times. What is expected may be one of several,
// 1|2, a range, 1..9, anything, *, or absent, -. What a packet has beyond what is expected must be the protocol's
// default; packet ids, explanations, and what a CONNACK says of the server are free. Fields that only MQTT 5 has are left
// out for version 4. packet_test.go and property_test.go name the fields.
//
// Beside its versions a row may have the words alone, for a broker of its own; tight, for one with narrow limits; and
// guarded, for one with users and rules: see brokers_test.go. A step may begin with "4:", "5:", "gateway:" or "mosquitto:"
// where that makes a difference. Where it is mosquitto that makes it, a line begins with "deviates:", if mosquitto does
// what the statement forbids, or "differs:", if the specification leaves it open, and says in a sentence how.
package brokertest
