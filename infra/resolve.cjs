// `${file(infra/resolve.cjs)}`: sls loads only CommonJS here; what it asks for is made in deployment.ts.
module.exports = async ({ resolveVariable }) => {
  const [{ SETTINGS }, { makeDeployment }] = await Promise.all([import('./settings.ts'), import('./deployment.ts')]);
  const values = await Promise.all(SETTINGS.map(async name => [name, await resolveVariable(`param:${name}`)]));
  const region = await resolveVariable('self:provider.region');
  return makeDeployment(Object.fromEntries(values), `${__dirname}/..`, region);
};
