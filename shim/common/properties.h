/*
 * properties.h - for assembly: what the compiler notes in its own objects where
 * it is told to protect branches. One object without would take the note from
 * the whole library, and the protection from the program.
 */
#if defined(__ARM_FEATURE_BTI_DEFAULT) || defined(__ARM_FEATURE_PAC_DEFAULT)
	.pushsection .note.gnu.property, "a", %note
	.balign 8
	.long 4, 16, 5			/* sizes; NT_GNU_PROPERTY_TYPE_0 */
	.asciz "GNU"
	.long 0xc0000000, 4, 3, 0	/* FEATURE_1_AND: BTI and PAC */
	.popsection
#endif
