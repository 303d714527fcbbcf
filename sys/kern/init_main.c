/*
 * How the kernel starts.
 *
 *	port: kernel_main()	on the boot stack, which becomes proc0's
 *	  memory, time, scheduler, task queues
 *	  sched_loop()
 *	    init_thread()	the first thread: may sleep
 *	      the rooms of conf/rooms.c
 *	      the port's devices
 *	      tests, if the boot arguments ask for them ("ktest=pattern")
 */
#include <sys/kernel.h>
#include <sys/machdep.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/room.h>
#include <sys/systm.h>
#include <sys/task.h>
#include <sys/timeout.h>

#define BOOTARGS_MAX	2048

const char	 ostype[] = "Warren";
const char	 osrelease[] = "0.1";
const char	 osversion[] = "GENERIC";
const char	 version[] = "Warren 0.1 (GENERIC)\n";
char		 hostname[MAXHOSTNAMELEN];
char		 domainname[MAXHOSTNAMELEN];
long		 hostid;
int		 securelevel;
int		 cold = 1;

static char	 boot_line[BOOTARGS_MAX];	/* as the port gave it */
static char	 boot_args[BOOTARGS_MAX];	/* words that end in NULs */
static size_t	 boot_argslen;
static void	(*boot_attach)(const char *);

/* Cut the boot arguments into words; double quotes keep blanks in one. */
static void
bootarg_parse(const char *line)
{
	char	*out = boot_args;
	int	 quoted = 0;

	if (strlcpy(boot_line, line, sizeof(boot_line)) >= sizeof(boot_line))
		panic("boot arguments are longer than %zu bytes",
		    sizeof(boot_line) - 1);
	for (line = boot_line; *line != '\0'; line++) {
		if (*line == '"')
			quoted = !quoted;
		else if (*line == ' ' && !quoted)
			*out++ = '\0';
		else
			*out++ = *line;
	}
	*out++ = '\0';
	boot_argslen = out - boot_args;
}

/*
 * The value of boot argument name: what follows its '=', "" if nothing does,
 * and NULL if it was not given.  The last one counts.
 */
const char *
bootarg(const char *name)
{
	const char	*p, *value = NULL;
	size_t		 len = strlen(name);

	for (p = boot_args; p < boot_args + boot_argslen; p += strlen(p) + 1) {
		if (strncmp(p, name, len) != 0)
			continue;
		if (p[len] == '=')
			value = p + len + 1;
		else if (p[len] == '\0')
			value = p + len;
	}
	return (value);
}

/*
 * Run the kernel's tests whose names match a pattern and halt with the
 * verdict.  A kernel that is linked with tests has another one.
 */
__weak void
ktest_main(const char *pattern)
{
	printf("ktest=%s: this kernel has no tests\n", pattern);
	md_halt(MD_HALT_FAIL);
}

static void
init_thread(void *arg)
{
	const struct room	*rm;
	const char		*tests;

	(void)arg;
	for (rm = rooms; rm->rm_name != NULL; rm++)
		rm->rm_init();
	cold = 0;
	if (boot_attach != NULL)
		boot_attach(boot_line);
	if ((tests = bootarg("ktest")) != NULL)
		ktest_main(tests);
}

void
kernel_main(const char *line, void (*attach)(const char *))
{
	const char	*name;

	stack_guard_init();
	bootarg_parse(line);
	boot_attach = attach;
	if ((name = bootarg("hostname")) != NULL)
		strlcpy(hostname, name, sizeof(hostname));
	printf("%s", version);

	timeout_startup();
	sched_init();
	malloc_init();
	mbinit();
	timeout_proc_init();
	taskq_init();
	if (kthread_create(init_thread, NULL, NULL, "init") != 0)
		panic("no thread for init");
	sched_loop();
}
