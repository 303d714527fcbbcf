"""What a system call costs a program in a machine."""
import rig

AIM_CALL, AIM_SEND = 2.0, 6.6


def cost(kind):
    with rig.Machines(1) as m:
        m.up()
        return float(m.exec(rig.OBJ + '/regress/bench/b_call', kind,
                            host=True).split()[0])


def call():
    """a bare call of our own"""
    return dict(value=cost('call'), aim=AIM_CALL)


def send():
    """a datagram of 100 bytes"""
    return dict(value=cost('send'), aim=AIM_SEND)


def file():
    """a read of one byte of a file of the host's"""
    return dict(value=cost('file'), aim=AIM_CALL)


BENCHES = [
    ('call.us', 'us', 'lower', call),
    ('call.send.us', 'us', 'lower', send),
    ('call.file.us', 'us', 'lower', file),
]
