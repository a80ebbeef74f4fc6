/*
 * looker: another program than the one that execs it; says what it was given.
 */
#include "look.h"

int main(void)
{
	return look();
}
