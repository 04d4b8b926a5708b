package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
)

func keyCommand() *cobra.Command {
	scheme := v2.AESCCM64128.String()
	cmd := &cobra.Command{
		Use:   "key FILE [SENDER]",
		Short: "Make a key that protects the packets of one MQTT-SN 2.0 device",
		Long: "Make a random key, write it into a file of keys (protection.keys_file), which is made if it is not there, and say\n" +
			"what the device has to know. SENDER is the device's sender identifier, 16 hexadecimal digits; without it, one is\n" +
			"made up. A running gateway reads the file again when it gets SIGHUP. To take a key back, remove its line.\n\n" +
			"Schemes that encrypt: AES-CCM-*, AES-GCM-*, ChaCha20/Poly1305. The others only authenticate: " +
			"HMAC-SHA256,\nHMAC-SHA3_256, CMAC-*.",
		Example: "  mqttsn-gateway key /etc/mqttsn-gateway/protection 00124b0001020304\n" +
			"  mqttsn-gateway key --scheme CMAC-128 /etc/mqttsn-gateway/protection",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, ok := v2.ParseScheme(scheme)
			if !ok {
				return mistake{fmt.Errorf("%s is not a scheme: write one of %s", scheme, strings.Join(keyfile.Schemes(), ", "))}
			}
			id := keyfile.NewSender()
			if len(args) > 1 {
				if id, ok = v2.ParseSenderID(args[1]); !ok {
					return mistake{fmt.Errorf("%s is not a sender identifier: write 16 hexadecimal digits", args[1])}
				}
			}
			d := keyfile.New(s)
			if err := keyfile.Add(args[0], id, d); err != nil {
				return failure{err}
			}
			return tellDevice(cmd.OutOrStdout(), id, d)
		},
	}
	cmd.Flags().StringVar(&scheme, "scheme", scheme, "what protects the packets")
	return cmd
}

// tellDevice shows what has to be put into the device.
func tellDevice(w io.Writer, id v2.SenderID, d keyfile.Device) error {
	_, err := fmt.Fprintf(w, "sender   %v\ngateway  %v\nscheme   %v\nkey      %x\n", id, d.GatewayOf(id), d.Scheme, d.Secret)
	return err
}
