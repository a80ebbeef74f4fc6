/*
 * looker: not the program that execs it but another; says what it was given.
 */
#include "look.h"

int main(void)
{
	return look();
}
