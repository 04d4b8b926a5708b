package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// v2.0 3.7.2.1-1, 3.7.4-1, 3.7.4-2, 3.7.5-1, 3.7.5-2, 3.9.2-1, 3.9.4-1, 3.9.4-2, 3.9.5-1, 3.9.5-2
func TestSubscribeIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	options := SubscribeOptions{NoLocal: true, RetainAsPublished: true, RetainHandling: v2.SendNoRetained}
	req := d.SubscribeWith(d.now, Name("a"), 2, options, &d.out)
	d.wants(`SUBSCRIBE topic="a" qos=2 pid=2 nolocal rap rh=2`)
	d.gets(v2.Suback{PacketID: 2, HasAlias: true, Alias: 33, Reason: v2.GrantedQoS1})
	require.Equal(t, Result{req, nil, 33, mqttsn.QoS1, v2.GrantedQoS1}, d.succeeded(req))
	d.Publish(d.now, message20("a", 0), &d.out)
	d.wants(`PUBLISH topic=session:33 qos=0 "x"`)

	req = d.Subscribe(d.now, Name("b"), 1, &d.out)
	d.gets(v2.Suback{PacketID: 3, HasAlias: true, AliasType: v2.PredefinedAlias, Alias: 7})
	d.succeeded(req)
	d.out.Reset()
	d.gets(v2.Publish{Topic: v2.Topic{Type: v2.PredefinedAlias, Alias: 7}})
	d.received("predefined:7 qos=0 ")

	req = d.Subscribe(d.now, Predefined(9), 1, &d.out)
	d.wants("SUBSCRIBE topic=predefined:9 qos=1 pid=4")
	d.gets(v2.Suback{PacketID: 4, Reason: v2.TopicFilterInvalid})
	d.refused(req, v2.TypeSuback, v2.TopicFilterInvalid)

	req = d.Unsubscribe(d.now, Name("a"), &d.out)
	d.wants(`UNSUBSCRIBE topic="a" pid=5`)
	d.gets(v2.Unsuback{PacketID: 5, Reason: v2.NoSubscriptionExisted})
	require.Equal(t, v2.NoSubscriptionExisted, d.succeeded(req).Reason)
	req = d.Unsubscribe(d.now, Predefined(9), &d.out)
	d.wants("UNSUBSCRIBE topic=predefined:9 pid=6")
	d.gets(v2.Unsuback{PacketID: 6, Reason: v2.NotAuthorized})
	d.refused(req, v2.TypeUnsuback, v2.NotAuthorized)
}
