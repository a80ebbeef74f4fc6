#include "follow.h"

#include <stdbool.h>

#include "environment.h"
#include "recorder.h"

struct ni_follow ni_follow_plan(char *const *environment)
{
	struct ni_follow follow = { .given = environment };
	bool is_complete;

	if (!ni_is_active())
		return follow;
	follow.room = ni_environment_room(environment, &is_complete);
	if (!ni_recorder.is_following)
		follow.room = 0;
	if (follow.room)
		follow.flags = NI_EXEC_COMPLETED;
	else if (!is_complete)
		follow.flags = NI_EXEC_UNFOLLOWED;
	return follow;
}

char *const *ni_follow_environment(const struct ni_follow *follow, void *memory)
{
	return follow->room ? ni_environment_complete(follow->given, memory)
			    : follow->given;
}
