/*
 * Bugs planted on purpose.
 */
#ifndef _REGRESS_PLANT_H_
#define _REGRESS_PLANT_H_

void	 ktest_plant(const char *);

#endif /* _REGRESS_PLANT_H_ */
