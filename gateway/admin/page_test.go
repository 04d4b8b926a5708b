package admin

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
	"mqttsn-gateway/mqttsn"
)

// A browser looks at the page of a world.
type browser struct {
	t   *testing.T
	ctx context.Context
	dir string // where pictures go: see go help testflag, -artifacts
}

// openBrowser starts a headless Chromium. What goes wrong in the page fails the test.
func openBrowser(t *testing.T) *browser {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			program = p
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") == "" {
			t.Skip("chromium is not installed; .ci/deps installs it")
		}
		t.Fatal("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stopLate := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stopLate)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("in the page: %s", wrong(e))
		case runtime.EventExceptionThrown:
			t.Errorf("in the page: %s", wrong(&e))
		}
	}))
	return &browser{t, ctx, t.ArtifactDir()}
}

func wrong(e *runtime.EventExceptionThrown) string {
	d := e.ExceptionDetails
	if d.Exception != nil {
		return d.Text + " " + d.Exception.Description
	}
	return d.Text
}

// do performs actions one after the other.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.picture("failed")
		require.NoError(b.t, err)
	}
}

// saved is the capture that the page saves after an action.
func (b *browser) saved(action chromedp.Action[chromedp.Void]) []byte {
	b.t.Helper()
	b.until(`!!(URL.createObjectURL = (blob) => {
		const reader = new FileReader();
		reader.onload = () => { window.saved = reader.result.split(",")[1]; };
		reader.readAsDataURL(blob);
		return "#";
	})`, "a place to save to")
	b.do(action)
	b.until("window.saved !== undefined", "saved")
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("window.saved"))
	require.NoError(b.t, err)
	file, err := base64.StdEncoding.DecodeString(text)
	require.NoError(b.t, err)
	var whole bytes.Buffer
	_, err = trace.CopyBlocks(&whole, bytes.NewReader(file))
	require.NoError(b.t, err)
	return whole.Bytes()
}

// press presses a key until an expression is true.
func (b *browser) press(key, expression string) {
	b.t.Helper()
	for range 20 {
		b.do(chromedp.KeyEvent(key))
		if done, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); err == nil && done {
			return
		}
	}
	b.picture("failed")
	require.Fail(b.t, "a key does not get there", expression)
}

// see waits until the page's text has all of these.
func (b *browser) see(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until(fmt.Sprintf("document.body.innerText.includes(%q)", text), text)
	}
}

// until waits until an expression is true.
func (b *browser) until(expression, what string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(10*time.Second)))
	if err != nil {
		b.picture("failed")
		require.NoError(b.t, err, what)
	}
}

// picture takes a picture of the page as a desktop and a phone show it, in the colours of the day and of the night.
func (b *browser) picture(name string) {
	for _, look := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"desktop", 1280, 800, "light"}, {"phone-dark", 390, 844, "dark"}} {
		scheme := emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}},
		}
		err := chromedp.Do(b.ctx, chromedp.EmulateViewport(look.width, look.height),
			chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, scheme)
				return err
			}))
		if err != nil {
			b.t.Error(err)
			continue
		}
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(b.dir, name+"-"+look.name+".png"), png, 0o644)
		}
		if err != nil {
			b.t.Error(err)
		}
		b.narrow(name)
	}
	_ = chromedp.Do(b.ctx, chromedp.EmulateViewport(1280, 800))
}

// narrow fails if the page is wider than its window.
func (b *browser) narrow(name string) {
	over, err := chromedp.Run(b.ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - innerWidth"))
	if err == nil && over > 0 {
		b.t.Errorf("%s: the page is %d pixels wider than its window", name, over)
	}
}

func (b *browser) open(w *world, path string) { b.do(chromedp.Navigate(w.url + "/" + path)) }

func TestPage(t *testing.T) {
	b := openBrowser(t)
	w := newWorld(t, engine.Aggregating)
	b.open(w, "")
	b.see("Overview", "Devices", "waiting", "Nothing happened lately.")
	b.until("document.getElementById('live').textContent === 'live'", "live")
	b.picture("idle")

	for i := range 5000 {
		w.device(i)
	}
	for i := range 2000 {
		w.hear(i, &mqttsn.Disconnect{Duration: 600})
	}
	w.client("node-red")
	w.call("POST", "/api/v1/publish", `{"topic":"plant/th7","payload":"on","qos":1}`, nil)
	b.see("5,000", "2,000 asleep", "1 MQTT client", "device connected")
	b.picture("overview")

	b.do(chromedp.Click(".states a.asleep"))
	b.see("2,000 devices", "1 to 100 of 2000", "asleep until")
	b.do(chromedp.Click("//button[text()='Next']"))
	b.see("101 to 200")
	b.until(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "/"})) || true`, "the key of the search")
	b.do(chromedp.KeyEvent("th77"))
	b.see("11 devices")
	b.picture("devices")
	b.open(w, "#/devices/th7")
	b.see("plant/th7", "asleep until", "1 in the queue")
	b.picture("device")
}

func TestPageOperates(t *testing.T) {
	b := openBrowser(t)
	w := newWorld(t, engine.Builtin)
	w.hear(1, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("a/b <i>c")})
	w.hear(1, &mqttsn.Subscribe{Flags: mqttsn.QoS1.Flags(), MsgID: 1, TopicName: []byte("lamp")})
	w.client("node-red")
	b.open(w, "#/devices")
	b.see("1 device", "a/b <i>c")
	b.press(kb.Tab, "document.activeElement.matches('td a')") // without a mouse
	b.do(chromedp.KeyEvent(kb.Enter))
	b.see("Waiting", "lamp")
	b.do(chromedp.SendKeys("input[name=topic]", "lamp"), chromedp.SendKeys("input[name=payload]", "on"+kb.Enter))
	b.see("Published to 1 session(s).", "1 to it")
	b.see("What passes from now on is shown here.")
	b.do(chromedp.Click("//button[text()='Record']"))
	recorded := func() {
		const text = "document.body.innerText.match(/Recorded: [0-9,]+/)?.[0]"
		b.until(text+" !== window.recorded && !!(window.recorded = "+text+")", "something more is recorded")
	}
	recorded()
	w.hear(1, &mqttsn.Pingreq{})
	b.see("PINGREQ", "PINGRESP") // as it passes
	recorded()
	b.do(chromedp.Click("//button[text()='Stop']"))
	b.until("document.body.innerText.includes('Watch')", "stopped")
	w.hear(1, &mqttsn.Regack{TopicID: 1, MsgID: 99})
	b.picture("packets")
	capture := b.saved(chromedp.Click("//button[text()='Save recording']"))
	require.Equal(t, 1, bytes.Count(capture, []byte(": PINGREQ")))
	b.until("!document.querySelector('.packets').innerText.includes('REGACK')", "nothing is watched")

	b.do(chromedp.Click("//button[text()='Disconnect']"))
	b.see("Disconnect a/b <i>c?")
	b.do(chromedp.Click("#confirm button[value=yes]"))
	b.see("disconnected", "disconnected by the operator")
	b.do(chromedp.Click("//button[text()='Forget']"))
	b.see("Forget a/b <i>c")
	b.do(chromedp.Click("#confirm button[value=yes]"))
	b.see("0 devices")

	b.do(chromedp.Click("//nav/a[text()='Clients']"))
	b.see("1 MQTT client", "node-red", "192.0.2.9:5")
	b.picture("clients")
	b.do(chromedp.Click("td button"), chromedp.Click("#confirm button[value=yes]"))
	b.see("0 MQTT clients")

	b.do(chromedp.Click("//nav/a[text()='Events']"))
	b.see("session forgotten by the operator", "client connected")
	w.device(2)
	b.see("th2") // as it happens
	b.do(chromedp.SendKeys("input[type=search]", "node-red"))
	b.until("!document.querySelector('main').innerText.includes('th2')", "filtered")
	b.picture("events")
}

func TestPageShowsARadio(t *testing.T) {
	b := openBrowser(t)
	w := newWorld(t, engine.Builtin)
	w.server.cfg.Radios = []Radio{fakeRadio{}}
	w.device(1)
	b.open(w, "")
	b.see("Links", "up")
	b.do(chromedp.Click("//td/a[text()='udp']"))
	b.see("a modem", "PUMP", "-40 dBm", "1 (33 %)", "th1")
	b.do(chromedp.Click("//button[text()='Watch']"))
	b.see("What passes from now on is shown here.")
	w.hear(1, &mqttsn.Pingreq{})
	b.see("th1 PINGRESP")
	b.picture("link")
	b.do(chromedp.Click("//dd/a[text()='1']"))
	b.see("1 device on udp")
}

func TestPageApproves(t *testing.T) {
	b := openBrowser(t)
	w := newWorld(t, engine.Builtin)
	w.careful()
	w.knock(7, "th7")
	w.knock(8, "th8 <b>")
	b.open(w, "")
	b.see("2 devices wait for approval")
	b.do(chromedp.Click("//a[contains(text(), 'wait for approval')]"))
	b.see("th7", "th8 <b>")
	b.picture("approvals")
	b.do(chromedp.Click("//button[@aria-label='Approve th7']"))
	b.see("th7 is let in when it next tries.", "Take back")
	w.knock(7, "th7")
	b.do(chromedp.Click("//button[@aria-label='Dismiss th8 <b>']"))
	b.see("Nobody waits.")
	b.do(chromedp.Click("//button[text()='Take back']"))
	b.see("Take the approval of th7 back?")
	b.do(chromedp.Click("#confirm button[value=yes]"))
	b.until("!document.querySelector('main').innerText.includes('th7')", "taken back")
	w.ask(t.Context(), func(e *engine.Engine, _ time.Duration, _ *engine.Out) {
		require.Empty(t, e.Approvals())
		require.Zero(t, e.Stats().Devices(engine.Active))
	})
}

func TestPageAsksForTheToken(t *testing.T) {
	b := openBrowser(t)
	w := newWorld(t, engine.Builtin)
	w.token = secret
	b.open(w, "")
	b.see("Token")
	b.picture("token")
	b.do(chromedp.SendKeys("#token input", "wrong"+kb.Enter))
	b.until("document.querySelector('#token').open && document.querySelector('#token input').value === ''", "asked again")
	b.do(chromedp.SendKeys("#token input", secret+kb.Enter))
	b.see("Overview", "Devices")
	b.until("document.getElementById('live').textContent === 'live'", "live")
}

func TestPageSaysWhatIsWrong(t *testing.T) {
	b := openBrowser(t)
	w := newWorld(t, engine.Builtin)
	b.open(w, "#/devices/nobody")
	b.see(`there is no session of a device "nobody"`)
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	b.do(chromedp.Click("//nav/a[text()='Overview']"))
	b.see("the gateway is starting, stopping or very busy")
	w.server.Close()
	b.see("The gateway does not answer.")
	b.until("document.getElementById('live').textContent === 'not connected'", "not connected")
}
