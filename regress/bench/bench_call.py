"""What a system call costs a program in a machine.

Beside each stands what the host takes, in the same minute, for a call that a
supervisor is told of and answers at once: the least that any can cost.
"""
import rig

AIM_CALL, AIM_SEND = 2.0, 6.6
ROUNDS = 3
PROGRAM = rig.OBJ + '/regress/bench/b_call'


def cost(kind):
    ours, bare, typical = [], [], []
    with rig.Machines(1) as m:
        m.up()
        for _ in range(ROUNDS):
            low, mid = m.exec(PROGRAM, kind, host=True).split()
            ours.append(float(low))
            typical.append(float(mid))
            bare.append(float(rig.run(PROGRAM, 'bare').split()[0]))
    value, other = rig.median(ours), rig.median(bare)
    return dict(value=value, against='answered at once', other=other,
                ratio=value / other, aim_of='value',
                note='first decile of 300 rounds of 500, median %.1f' %
                rig.median(typical))


def call():
    """a bare call of our own"""
    return dict(cost('call'), aim=AIM_CALL)


def send():
    """a datagram of 100 bytes"""
    return dict(cost('send'), aim=AIM_SEND)


def file():
    """a read of one byte of a file of the host's"""
    return cost('file')


BENCHES = [
    ('call.us', 'us', 'lower', call),
    ('call.send.us', 'us', 'lower', send),
    ('call.file.us', 'us', 'lower', file),
]
