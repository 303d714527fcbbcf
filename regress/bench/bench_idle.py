"""What a machine takes to start, and what it takes when it does nothing."""
import time

import rig


def boot_ms():
    """kernel start to first packet"""
    times = []
    for _ in range(9):
        with rig.Bare() as r:
            times.append(r.first_packet_ms())
    with rig.Machines(1, 'tap') as m:
        whole = m.boot_ms
    return dict(value=rig.median(times), aim=50,
                note='from exec to the ARP announcement on a TAP, %.1f-%.1f; '
                'warren boot with its processes and /etc/rc took %.0f' %
                (min(times), max(times), whole))


def idle_machine(measure):
    with rig.Machines(1, 'tap') as m:
        m.up()
        time.sleep(1)
        return measure(m.pids()[0])


def mem_idle():
    """PSS of the kernel process of an idle machine"""
    return dict(value=idle_machine(rig.pss_kb) / 1024, aim=16,
                note='two TAPs, after a ping through it')


def cpu_idle():
    """CPU of the kernel process of an idle machine"""
    def share(pid):
        before, start = rig.cpu_seconds(pid), time.monotonic()
        time.sleep(10)
        return (rig.cpu_seconds(pid) - before) / (time.monotonic() - start)

    return dict(value=100 * idle_machine(share), aim=1,
                note='of one core, over 10 s')


BENCHES = [
    ('boot.ms', 'ms', 'lower', boot_ms),
    ('mem.idle', 'MiB', 'lower', mem_idle),
    ('cpu.idle', '%', 'lower', cpu_idle),
]
