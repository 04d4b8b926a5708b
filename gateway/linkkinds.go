package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/dtls"
	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/serial"
	"mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/radio/xbee/frame"
)

// linkKinds opens each kind of link. To add one, see docs/add-a-link.md.
var linkKinds = map[config.LinkType]func(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error){
	config.UDP:    openUDP,
	config.DTLS:   openDTLS,
	config.XBee:   openXBee,
	config.Serial: openSerial,
}

// authenticates says of which kinds an address cannot be forged, and broadcasts on which GWINFO goes to everyone in
// reach rather than to who asked.
var (
	authenticates = map[config.LinkType]bool{config.DTLS: true, config.XBee: true, config.Serial: true}
	broadcasts    = map[config.LinkType]bool{config.XBee: true, config.Serial: true}
)

func openUDP(c *config.Link, log *logrus.Entry, _ func(radio.Event)) (radio.Link, error) {
	groups, err := multicastGroups(c)
	if err != nil {
		return nil, err
	}
	l, err := radio.ListenUDP(radio.UDPConfig{
		Listen: c.Listen, Groups: groups, HopLimit: c.MulticastHops, ReadBuffer: int(c.ReceiveBuffer), MTU: c.MTU,
	})
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	log.WithField(fieldAddress, l.LocalAddr().String()).Info("listening for devices")
	warnOfBuffer(c, log, l.ReadBufferGranted())
	return l, nil
}

func multicastGroups(c *config.Link) ([]radio.MulticastGroup, error) {
	var groups []radio.MulticastGroup
	for _, m := range c.Multicast {
		a, err := m.Addr()
		if err != nil {
			return nil, fmt.Errorf("link %s: multicast group %s: %w", c.Name, m.Group, err)
		}
		groups = append(groups, radio.MulticastGroup{Addr: a, Interface: m.Interface})
	}
	return groups, nil
}

func warnOfBuffer(c *config.Link, log *logrus.Entry, granted int) {
	if granted > 0 && granted < int(c.ReceiveBuffer) {
		log.WithFields(logrus.Fields{fieldAsked: int(c.ReceiveBuffer), fieldGranted: granted}).
			Warn("the kernel grants a smaller receive buffer: raise net.core.rmem_max, or bursts may be lost")
	}
}

func openDTLS(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error) {
	credentials, err := credentialsOf(c)
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	l, err := dtls.Listen(dtls.Config{
		Listen: c.Listen, ReadBuffer: int(c.ReceiveBuffer), Credentials: credentials, MTU: c.MTU, OnEvent: report,
		MaxSessions: c.MaxConnections, IdleTimeout: c.IdleTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	log.WithField(fieldAddress, l.LocalAddr().String()).Info("listening for devices with DTLS")
	warnOfBuffer(c, log, l.ReadBufferGranted())
	return l, nil
}

// credentialsOf reads the files that say whom a DTLS link lets in.
func credentialsOf(c *config.Link) (dtls.Credentials, error) {
	var out dtls.Credentials
	var err error
	if c.KeysFile != "" {
		if out.Keys, err = dtls.LoadKeys(c.KeysFile); err != nil {
			return out, err
		}
	}
	if c.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.PrivateKey)
		if err != nil {
			return out, err
		}
		out.Certificates = []tls.Certificate{pair}
	}
	if c.ClientCA != "" {
		pem, err := os.ReadFile(c.ClientCA)
		if err != nil {
			return out, err
		}
		out.ClientCAs = x509.NewCertPool()
		if !out.ClientCAs.AppendCertsFromPEM(pem) {
			return out, errors.New(c.ClientCA + " holds no certificate in PEM form")
		}
	}
	return out, nil
}

// extendedTimeout is how long a Zigbee modem tries to reach a sleeping module: three times 1.2 times its sleep period SP,
// which is 28 s at most, and a little.
const extendedTimeout = 105 * time.Second

func openXBee(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error) {
	x := xbee.Config{
		Open: portOf(c).Opener(), Baud: c.Baud, MaxPayload: c.MTU, OnEvent: report,
		Explicit: c.Explicit, Options: optionsOf(c),
	}
	if c.ExtendedTimeout {
		x.StatusTimeout = extendedTimeout
	}
	l, err := xbee.Open(x)
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	log.WithField(fieldPort, c.Port).Info("looking for the XBee modem")
	return l, nil
}

// optionsOf are set in everything that an XBee modem transmits.
func optionsOf(c *config.Link) (o frame.TxOptions) {
	if c.APSEncryption {
		o |= frame.EncryptAPS
	}
	if c.ExtendedTimeout {
		o |= frame.ExtendedTimeout
	}
	return o
}

func openSerial(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error) {
	framing, err := serial.ParseFraming(c.Framing)
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	l, err := serial.Listen(serial.Config{Open: portOf(c).Opener(), Framing: framing, MTU: c.MTU, OnEvent: report})
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	log.WithField(fieldPort, c.Port).Info("opening the serial line")
	return l, nil
}

func portOf(c *config.Link) port.Config {
	return port.Config{Name: c.Port, Baud: c.Baud, FlowControl: c.FlowControl, TwoStopBits: c.TwoStopBits}
}
