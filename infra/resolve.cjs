// `${file(infra/resolve.cjs)}`: sls loads only CommonJS here; what it asks for is made in deployment.ts.
module.exports = async ({ options, resolveVariable, resolveConfigurationProperty }) => {
  const [{ SETTINGS, checkNames, checkStage }, { makeDeployment }] = await Promise.all([
    import('./settings.ts'),
    import('./deployment.ts'),
  ]);
  try {
    checkNames(options.param, await resolveConfigurationProperty(['params']));
    const values = await Promise.all(SETTINGS.map(async name => [name, await resolveVariable(`param:${name}`)]));
    const region = await resolveVariable('self:provider.region');
    checkStage(await resolveVariable('sls:stage'), region);
    return makeDeployment(Object.fromEntries(values), `${__dirname}/..`, region);
  } catch (error) {
    // sls prints the stack of whatever is thrown here; what a person wrote has a message that says it all.
    if (['InvalidSetting', 'ConfigError'].includes(error.name)) error.stack = error.message;
    throw error;
  }
};
