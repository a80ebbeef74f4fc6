/*
 * looker: another program than the one that execs it; prints what it was given.
 */
#include "look.h"

int main(void)
{
	return look();
}
