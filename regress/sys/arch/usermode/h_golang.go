// A static program without the C library: datagrams through Go's own poller
// and system calls, deadlines, many goroutines, the list of interfaces.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func listen() *net.UDPConn {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	return c
}

func echo(c *net.UDPConn) {
	buf := make([]byte, 2000)
	for {
		n, from, err := c.ReadFromUDP(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		check(err)
		_, err = c.WriteToUDP(bytes.ToUpper(buf[:n]), from)
		check(err)
	}
}

func client(server net.Addr, id int, done chan<- error) {
	c, err := net.Dial("udp4", server.String())
	check(err)
	defer c.Close()
	buf := make([]byte, 2000)
	for i := 0; i < 200; i++ {
		want := fmt.Sprintf("CLIENT %d MESSAGE %d", id, i)
		_, err = c.Write(bytes.ToLower([]byte(want)))
		check(err)
		check(c.SetReadDeadline(time.Now().Add(10 * time.Second)))
		n, err := c.Read(buf)
		check(err)
		if string(buf[:n]) != want {
			done <- fmt.Errorf("got %q for %q", buf[:n], want)
			return
		}
	}
	done <- nil
}

func main() {
	server := listen()
	go echo(server)
	done := make(chan error)
	for i := 0; i < 8; i++ {
		go client(server.LocalAddr(), i, done)
	}
	for i := 0; i < 8; i++ {
		check(<-done)
	}
	idle := listen()
	check(idle.SetReadDeadline(time.Now().Add(100 * time.Millisecond)))
	_, _, err := idle.ReadFromUDP(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		check(fmt.Errorf("a deadline gives %v", err))
	}
	ifs, err := net.Interfaces()
	check(err)
	if len(ifs) == 0 || ifs[0].Name != "lo0" {
		check(fmt.Errorf("interfaces: %v", ifs))
	}
	server.Close()
}
