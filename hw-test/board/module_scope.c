#include "module_scope.h"

#include "stable_order.h"

/* A variable has its name for a key; a spare one, which only holds a place, a number that is no name. */
struct variables {
	txDeclareNode **nodes;
	const char **keys;
	char (*numbers)[12];
	int count;
	int spare_count;
};

/* `export ... from` declares what has no place, and no name. */
static int count_variables(const txScope *scope)
{
	int count = 0;
	for (const txDeclareNode *node = scope->firstDeclareNode; node; node = node->nextDeclareNode)
		count += node->symbol != NULL;
	return count;
}

/* Up to a multiple of 64, of fewer where that were more than a quarter. */
static int spares_for(int count)
{
	int step = 1;
	while (step < 64 && step * 8 <= count)
		step *= 2;
	return -count & (step - 1);
}

static void add_spares(txParser *parser, txScope *scope, struct variables *variables)
{
	txSymbol *symbol = fxNewParserSymbol(parser, "#");
	for (int i = 0; i < variables->spare_count; i++) {
		txDeclareNode *node = fxDeclareNodeNew(parser, XS_TOKEN_LET, symbol);
		node->flags = mxDeclareNodeClosureFlag | mxDeclareNodeUseClosureFlag;
		snprintf(variables->numbers[i], sizeof variables->numbers[i], "#%d", i);
		variables->nodes[variables->count] = node;
		variables->keys[variables->count++] = variables->numbers[i];
	}
	scope->declareNodeCount += variables->spare_count;
	((txModuleNode *)scope->node)->scopeCount += variables->spare_count;
}

/* What has no name stays behind the rest. */
static txDeclareNode *take_variables(txScope *scope, struct variables *variables)
{
	txDeclareNode *nameless = NULL, **end = &nameless;
	for (txDeclareNode *node = scope->firstDeclareNode; node; node = node->nextDeclareNode) {
		if (node->symbol) {
			variables->nodes[variables->count] = node;
			variables->keys[variables->count++] = node->symbol->string;
		} else {
			*end = node;
			end = &node->nextDeclareNode;
		}
	}
	*end = NULL;
	return nameless;
}

static txDeclareNode *variable_of(const struct variables *variables, const char *key)
{
	int i = 0;
	while (variables->keys[i] != key)
		i++;
	return variables->nodes[i];
}

static bool put_in_order(txScope *scope, const struct variables *variables, txDeclareNode *nameless)
{
	size_t bytes = (size_t)variables->count * sizeof(char *);
	const char **placed = c_malloc(bytes + 1);
	if (!placed)
		return false;
	c_memcpy(placed, variables->keys, bytes);
	bool done = stable_order(placed, variables->count);
	txDeclareNode **end = &scope->firstDeclareNode;
	for (int i = 0; done && i < variables->count; i++) {
		*end = variable_of(variables, placed[i]);
		end = &(*end)->nextDeclareNode;
	}
	*end = nameless;
	c_free(placed);
	return done;
}

bool module_scope_stabilize(txParser *parser)
{
	txScope *scope = ((txModuleNode *)parser->root)->scope;
	int count = count_variables(scope);
	struct variables variables = {.spare_count = spares_for(count)};
	size_t total = (size_t)(count + variables.spare_count);
	variables.nodes = c_calloc(total + 1, sizeof *variables.nodes);
	variables.keys = c_calloc(total + 1, sizeof *variables.keys);
	variables.numbers = c_calloc(total + 1, sizeof *variables.numbers);
	bool done = variables.nodes && variables.keys && variables.numbers;
	if (done) {
		txDeclareNode *nameless = take_variables(scope, &variables);
		add_spares(parser, scope, &variables);
		done = put_in_order(scope, &variables, nameless);
	}
	c_free(variables.nodes);
	c_free(variables.keys);
	c_free(variables.numbers);
	return done;
}
