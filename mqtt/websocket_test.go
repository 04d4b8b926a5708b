package mqtt

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// shake does the opening handshake as some client.
func shake(t *testing.T, url string, protocols []string, origin string) (*websocket.Conn, *http.Response) {
	t.Helper()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	ws, response, err := (&websocket.Dialer{Subprotocols: protocols}).Dial(url, header)
	require.NotNil(t, response, "%v", err)
	if err == nil {
		t.Cleanup(func() { ws.Close() })
		require.NoError(t, ws.SetReadDeadline(time.Now().Add(20*time.Second)))
	}
	return ws, response
}

func TestWebSocketHandshake(t *testing.T) {
	l := listen(t, ListenConfig{WebSocket: &WebSocketConfig{Origins: []string{"https://panel.example.com"}}}, echo)
	open := listen(t, ListenConfig{WebSocket: &WebSocketConfig{Origins: []string{"*"}}}, echo)
	port := l.Addr().String()[strings.LastIndex(l.Addr().String(), ":"):]
	for _, tt := range []struct {
		name, url string
		protocols []string
		origin    string
		status    int
	}{
		{"program", "127.0.0.1" + port + "/mqtt", []string{"mqtt"}, "", 101},
		{"version 3.1", "127.0.0.1" + port + "/mqtt", []string{"other", "mqttv3.1"}, "", 101},
		{"another path", "127.0.0.1" + port + "/", []string{"mqtt"}, "", 404},
		{"no subprotocol", "127.0.0.1" + port + "/mqtt", nil, "", 400},
		{"another subprotocol", "127.0.0.1" + port + "/mqtt", []string{"amqp"}, "", 400},
		{"page from here", "localhost" + port + "/mqtt", []string{"mqtt"}, "http://localhost:1880", 101},
		{"page from a friend", "127.0.0.1" + port + "/mqtt", []string{"mqtt"}, "https://panel.example.com", 101},
		{"page from elsewhere", "127.0.0.1" + port + "/mqtt", []string{"mqtt"}, "https://example.com", 403},
		{"page in a sandbox", "127.0.0.1" + port + "/mqtt", []string{"mqtt"}, "null", 403},
		{"page from anywhere", open.Addr().String() + "/mqtt", []string{"mqtt"}, "https://example.com", 101},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ws, response := shake(t, "ws://"+tt.url, tt.protocols, tt.origin)
			require.Equal(t, tt.status, response.StatusCode)
			if tt.status == http.StatusSwitchingProtocols {
				require.Equal(t, tt.protocols[len(tt.protocols)-1], ws.Subprotocol(), "MQTT-6.0.0-4")
			}
		})
	}
	response, err := http.Get("http://" + l.Addr().String() + "/mqtt")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusBadRequest, response.StatusCode, "not a WebSocket at all")
}

// Packets and WebSocket messages need not coincide (MQTT-6.0.0-2).
func TestWebSocketFragments(t *testing.T) {
	l := listen(t, ListenConfig{WebSocket: &WebSocketConfig{}}, echo)
	ws, _ := shake(t, "ws://"+l.Addr().String()+"/mqtt", []string{"mqtt"}, "")
	octets := unhex(hello[V311] + "30 03 0001 61 30 03 0001 62")
	for _, part := range [][]byte{octets[:1], {}, octets[1:17], octets[17:]} {
		require.NoError(t, ws.WriteMessage(websocket.BinaryMessage, part))
	}
	require.NoError(t, ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)))
	var heard []byte
	for want := unhex("20 02 00 00 30 03 0001 61 30 03 0001 62"); len(heard) < len(want); {
		kind, message, err := ws.ReadMessage()
		require.NoError(t, err)
		require.Equal(t, websocket.BinaryMessage, kind)
		heard = append(heard, message...)
		require.Equal(t, want[:len(heard)], heard)
	}
}

// Messages must be binary (MQTT-6.0.0-1).
func TestWebSocketText(t *testing.T) {
	refused := make(chan error, 1)
	l := listen(t, ListenConfig{WebSocket: &WebSocketConfig{}}, func(c *Conn) {
		_, err := c.ReadPacket()
		refused <- err
		c.CloseWith(ProtocolViolation, "")
	})
	ws, _ := shake(t, "ws://"+l.Addr().String()+"/mqtt", []string{"mqtt"}, "")
	require.NoError(t, ws.WriteMessage(websocket.TextMessage, unhex(hello[V311])))
	broken := new(ProtocolError)
	require.ErrorAs(t, <-refused, &broken)
	_, _, err := ws.ReadMessage()
	require.True(t, websocket.IsCloseError(err, websocket.CloseNormalClosure), "%v", err)
}

func TestWebSocketEnd(t *testing.T) {
	ended := make(chan error, 1)
	l := listen(t, ListenConfig{WebSocket: &WebSocketConfig{}}, func(c *Conn) {
		_, err := c.ReadPacket()
		ended <- err
	})
	ws, _ := shake(t, "ws://"+l.Addr().String()+"/mqtt", []string{"mqtt"}, "")
	ws.Close()
	require.Equal(t, io.EOF, <-ended)
}
