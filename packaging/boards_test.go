package packaging

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// The programs for other processors start and serve a device, under an emulator that knows no newer instructions than
// the board has: a Pi Zero is an ARM1176.
func TestBoardsServeADevice(t *testing.T) {
	for _, board := range []struct{ platform, emulator, cpu string }{
		{"arm64", "qemu-aarch64", "cortex-a53"},
		{"armv7", "qemu-arm", "cortex-a7"},
		{"armv6", "qemu-arm", "arm1176"},
	} {
		t.Run(board.platform, func(t *testing.T) {
			emulator := programs.Installed(t, board.emulator)
			dir := filepath.Join(made(t, "cross-"+board.platform), "linux-"+board.platform)
			udp := programs.FreeAddr(t)
			gateway := programs.Start(t, emulator, "-cpu", board.cpu, filepath.Join(dir, "mqttsn-gateway"),
				"run", "--udp", udp, "--mqtt", programs.FreeAddr(t), "--data", t.TempDir())
			gateway.StderrLines().Until("msg=ready")
			serves(t, programs.Ours(t, "mqttsn"), udp)
			gateway.Stop()
			require.Contains(t, string(gateway.Stderr.Bytes()), "msg=stopped")
		})
	}
}
